/**
 * A raw source of token streams in a process of its own. Each event carries the monotonic time read
 * directly before its own send, so whoever reads it knows how late a stamp of reception is.
 */
import net from 'node:net';
import tls from 'node:tls';
import { monotonicClock } from '../core/clock.ts';
import { microseconds } from '../core/units.ts';
import { DueQueue } from '../engine/due-queue.ts';
import { allowedCores, keepProcessTo } from '../instrument/thread-placement.ts';
import { keepTime } from '../system/keep-time.ts';
import { napper } from '../system/nap.ts';
import { nanosecondPhase } from './phase.ts';
import { RequestReader, type SourceRequest } from './request-reader.ts';
import { socketSender } from './socket-sender.ts';
import type { FromSource, SentStream, SourceOptions, ToSource } from './source-options.ts';
import { StampedEvent } from './stamped-event.ts';

const options = JSON.parse(process.argv[2] ?? '') as SourceOptions;
const { gap, burst = 1, firstTokenAfter, phases } = options;
const clock = monotonicClock(0n);
const nap = napper();
const longestNap = microseconds(300);
const answerHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
/** What every `GET` is told: other tools ask for the list of models, or for any answer at all, before they begin. */
const models = JSON.stringify({ object: 'list', data: [{ id: 'stamped', object: 'model', owned_by: 'metron' }] });
const modelsAnswer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${models.length}\r\n\r\n${models}`;

interface Stream {
  readonly send: (event: StampedEvent) => void;
  readonly sentAt: Float64Array;
  due: number;
  sent: number;
}

const plain = new StampedEvent();
/** By the number of tokens that they say were sent. */
const lastEvents = new Map<number, StampedEvent>();
const log: SentStream[] = [];
/** Streams before their first token; after it all have the same gap, and the order they were served in is the order they are due in. */
const starting = new DueQueue<Stream>();
const running: Stream[] = [];
let runningFrom = 0;
let turning = false;

function lastEvent(tokens: number): StampedEvent {
  const event = lastEvents.get(tokens) ?? new StampedEvent(tokens);
  lastEvents.set(tokens, event);
  return event;
}

function begin({ id, tokens = options.tokens, isGet }: SourceRequest, socket: net.Socket): void {
  const receivedAt = clock.now();
  if (isGet) {
    socket.write(modelsAnswer, 'latin1');
    return;
  }
  const sentAt = new Float64Array(tokens);
  log.push({ request: id, receivedAt, sentAt });
  socket.write(answerHead, 'latin1');
  const due = receivedAt + firstTokenAfter + nanosecondPhase(phases, gap, receivedAt + firstTokenAfter);
  starting.push(due as never, { send: socketSender(socket), sentAt, due, sent: 0 });
  if (!turning) turn();
}

/** The stream that is due first, taken out if its time has come. */
function next(now: number): Stream | undefined {
  const first = starting.peek();
  const second = running[runningFrom];
  const isFirst = first !== undefined && (second === undefined || first.at < second.due);
  const due = isFirst ? first.at : second?.due;
  if (due === undefined || due > now) return undefined;
  if (isFirst) return starting.pop()?.item;
  runningFrom++;
  if (runningFrom === 4096) {
    running.splice(0, runningFrom);
    runningFrom = 0;
  }
  return second;
}

function tick(stream: Stream): void {
  const tokens = stream.sentAt.length;
  for (let i = 0; i < burst && stream.sent < tokens; i++) {
    const event = stream.sent === tokens - 1 ? lastEvent(tokens) : plain;
    const now = clock.now();
    event.stamp(now);
    stream.sentAt[stream.sent++] = now;
    stream.send(event);
  }
  if (stream.sent === tokens) return;
  stream.due += gap;
  running.push(stream);
}

function turn(): void {
  for (let stream = next(clock.now()); stream; stream = next(clock.now())) tick(stream);
  const due = Math.min(
    starting.peek()?.at ?? Number.POSITIVE_INFINITY,
    running[runningFrom]?.due ?? Number.POSITIVE_INFINITY,
  );
  turning = due < Number.POSITIVE_INFINITY;
  if (!turning) return;
  nap?.(Math.min(due - clock.now(), longestNap));
  setImmediate(turn);
}

function serve(socket: net.Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  const heads = new RequestReader((request) => begin(request, socket));
  socket.on('data', (bytes) => heads.push(bytes));
}

const tell = (message: FromSource): void => {
  process.send?.(message);
};
keepTime();
// Where receivers are not.
keepProcessTo(allowedCores().slice(0, 1));
const server = options.tls ? tls.createServer(options.tls, serve) : net.createServer(serve);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (address && typeof address === 'object')
    tell({ type: 'listening', port: address.port, native: nap !== undefined });
});
process.on('message', (message: ToSource) => {
  if (message === 'log') tell({ type: 'log', streams: log.splice(0) });
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));
