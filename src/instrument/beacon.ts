/**
 * The loopback canary's source: a thread that sends each receiving loop a stamped event every 50 ms,
 * all through the run. How late those loops stamp it bounds what they do to everybody else's tokens,
 * a delay that no check on the sending side could see.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { nameThread } from '../system/thread-priority.ts';
import type { FromBeacon, ToBeacon } from './messages.ts';
import { RunClock } from './run-clock.ts';

const everyMs = 50;

const port = parentPort;
if (!port) throw new Error('beacon.ts is a worker thread');
const clock = new RunClock();
nameThread('metron-canary');
port.on('message', ({ origin }: ToBeacon) => clock.start(origin));

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let timer: NodeJS.Timeout | undefined;
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
    timer = setInterval(() => {
      // Never stamped before a write that would wait in a buffer.
      if (socket.writableLength === 0) socket.write(`data: ${clock.now()}\n\n`);
    }, everyMs);
  });
  socket.on('close', () => clearInterval(timer));
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) port.postMessage({ port: address.port } satisfies FromBeacon);
});
