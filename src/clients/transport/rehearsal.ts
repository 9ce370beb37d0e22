import { endCauses, TapeWriter } from '../../core/tape.ts';
import { type Nanoseconds, seconds } from '../../core/units.ts';
import { Exchange } from './exchange.ts';

/** No socket: the system refuses it at once. */
export const noDescriptor = -1;

const times = 500;
const body = new Uint8Array(64);

/** Walks the way of a request without a socket, often enough for V8 to compile it before the first one leaves. */
export function rehearse(walk: (request: number, body: Uint8Array) => void): void {
  for (let request = 0; request < times; request++) walk(request, body);
}

/** Several connections and tapes: code that was compiled for the only one there is would not hold for the next. */
const rounds = 5;
const answers = 12;
const chunks = 40;
const segmentBytes = 1 << 19;
/** Times of a run need more than 32 bits, which V8 compiles for. */
const start = seconds(5);
const gap = 20e6 + 1;

const chunked = (data: string): string => `${data.length.toString(16)}\r\n${data}\r\n`;
const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const event = chunked(`data: {"id":"rehearsal","choices":[{"index":0,"delta":{"content":" word"}}]}\n\n`);
const end = `${chunked('data: [DONE]\n\n')}0\r\n\r\n`;

/** Reads answers that nobody gave out of `buffer`, which is free, onto a tape that nobody reads. */
export function rehearseReading(buffer: Uint8Array): void {
  for (let round = 0; round < rounds; round++)
    readAnswers(buffer, new Exchange(new TapeWriter(() => {}, segmentBytes)));
}

function readAnswers(buffer: Uint8Array, exchange: Exchange): void {
  const read = (text: string, at: number): void => {
    const bytes = Buffer.from(text, 'latin1');
    buffer.set(bytes);
    exchange.read(buffer, 0, bytes.length, at, at + 1);
  };
  for (let request = 0; request < answers; request++) {
    const at = start + request * gap;
    exchange.sent(request, at as Nanoseconds, request > 0);
    read(head, at);
    for (let i = 1; i <= chunks; i++) read(event, at + i * gap);
    const endAt = at + chunks * gap;
    read(end, endAt);
    exchange.end(endCauses.complete, endAt as Nanoseconds);
  }
}
