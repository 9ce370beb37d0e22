/**
 * The loopback canary's source: a thread that sends each receiving loop a stamped event every 50 ms,
 * all through the run. How late those loops stamp it bounds what they do to everybody else's tokens,
 * a delay that no check on the sending side could see. Before the run it answers the receivers' rehearsal.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { nameThread } from '../system/thread-priority.ts';
import type { FromBeacon, ToBeacon } from './messages.ts';
import { rehearsalPath } from './receiving-rehearsal.ts';
import { RunClock } from './run-clock.ts';

const everyMs = 50;
/** Of each answer to the rehearsal. */
const rehearsedEvents = 48;

const port = parentPort;
if (!port) throw new Error('beacon.ts is a worker thread');
const clock = new RunClock();
nameThread('metron-canary');
port.on('message', ({ origin }: ToBeacon) => clock.start(origin));

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.once('data', (request) => {
    if (!request.toString('latin1').includes(rehearsalPath)) return beat(socket);
    answerAtOnce(socket);
    socket.on('data', () => answerAtOnce(socket));
  });
}

/** One event every 50 ms, as long as somebody reads them. */
function beat(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
  const timer = setInterval(() => {
    // Never stamped before a write that would wait in a buffer.
    if (socket.writableLength === 0) socket.write(`data: ${clock.now()}\n\n`);
  }, everyMs);
  socket.on('close', () => clearInterval(timer));
}

const chunked = (data: string): string => `${data.length.toString(16)}\r\n${data}\r\n`;
/** Of every length, as far as copying by words is concerned. */
const rehearsed = [' a', ' to', ' its', ' word'].map((text) =>
  chunked(`data: {"id":"rehearsal","choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`),
);

/** One event in each turn of the loop, so that each is a read of its own; the connection is kept. */
function answerAtOnce(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
  let left = rehearsedEvents;
  const next = (): void => {
    const event = rehearsed[left % rehearsed.length] ?? '';
    socket.write(left > 0 ? event : `${chunked('data: [DONE]\n\n')}0\r\n\r\n`);
    if (left-- > 0 && !socket.destroyed) setImmediate(next);
  };
  setImmediate(next);
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) port.postMessage({ port: address.port } satisfies FromBeacon);
});
