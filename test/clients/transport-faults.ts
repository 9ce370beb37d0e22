import { setTimeout as sleep } from 'node:timers/promises';
import type { RawLine } from './raw-line.ts';
import { chunk, chunked } from './raw-server.ts';

/** How the record of a request ends, in the words of `outcomeClass`. */
export type Expected = string | RegExp;

/** What a server may do to a request after it has read it, down to the segment. */
export interface TransportFault {
  readonly name: string;
  act(line: RawLine): unknown;
  readonly outcome: Expected;
  /** Where TLS or a proxy stands between and only passes on what it can. */
  readonly outcomeOnC?: Expected;
  /** Tokens that must be in the record. */
  readonly tokens: number;
}

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** One token each. */
const words = [' one', ' two', ' three', ' four', ' five', ' six'];
export const tokensOfAnswer = words.length;
const tokenEvents = words.map((content) => event({ content }));
const ending = `${event({}, 'length')}data: [DONE]\n\n`;
const events = [...tokenEvents, ending];
const body = events.join('');
export const wholeAnswer = chunked(events);
const headEnd = wholeAnswer.indexOf('\r\n\r\n') + 4;
const head = wholeAnswer.slice(0, headEnd);
const half = chunked(tokenEvents.slice(0, 3)).slice(0, -5);
const halfEvent = `${half}${chunk(event({ content: words[3] })).slice(0, 40)}`;
const plainHead = (fields: string, version = '1.1'): string =>
  `HTTP/${version} 200 OK\r\ncontent-type: text/event-stream\r\n${fields}\r\n`;

/** A reset that overtakes what was sent before it would be another fault. */
const untilRead = 30;

const says =
  (...texts: string[]) =>
  async (line: RawLine): Promise<void> => {
    for (const text of texts) await line.send(text);
  };
const saysAndCloses =
  (...texts: string[]) =>
  async (line: RawLine): Promise<void> => {
    await says(...texts)(line);
    line.connection.close();
  };
const saysAndResets = (text: string) => async (line: RawLine) => {
  if (text !== '') await line.send(text);
  await sleep(untilRead);
  line.connection.reset();
};

const whole = { outcome: 'completed', tokens: tokensOfAnswer } as const;

export const noFault: TransportFault = { name: 'none', act: says(wholeAnswer), ...whole };

/** The silences last until the client's patience ends. */
export const transportFaults: readonly TransportFault[] = [
  noFault,
  { name: 'closed before the answer', act: (line) => line.connection.close(), outcome: /^network /, tokens: 0 },
  { name: 'reset before the answer', act: saysAndResets(''), outcome: /^network /, tokens: 0 },
  { name: 'silence', act: () => {}, outcome: 'timeout first-token', tokens: 0 },
  { name: 'headers, then silence', act: says(head), outcome: 'timeout first-token', tokens: 0 },
  { name: 'half a head, then silence', act: says(head.slice(0, 30)), outcome: 'timeout first-token', tokens: 0 },
  { name: 'half a head, then FIN', act: saysAndCloses(head.slice(0, 30)), outcome: /^network /, tokens: 0 },
  {
    name: 'slow headers, byte by byte',
    act: async (line) => {
      line.dripping = true;
      for (let from = 0; from < head.length; from += 20) {
        await line.send(head.slice(from, from + 20));
        await sleep(5);
      }
      line.dripping = false;
      await line.send(wholeAnswer.slice(headEnd));
    },
    ...whole,
  },
  {
    name: 'slow body, a byte a segment',
    act: async (line) => {
      await line.send(head);
      line.dripping = true;
      await line.send(wholeAnswer.slice(headEnd));
      line.dripping = false;
    },
    ...whole,
  },
  {
    name: 'one event in two segments, cut within a character',
    act: async (line) => {
      const wire = Buffer.from(chunked([event({ content: ' é' }), ...tokenEvents.slice(1), ending]));
      const cut = wire.indexOf(0xc3) + 1;
      await line.send(wire.subarray(0, cut));
      await sleep(untilRead);
      await line.send(wire.subarray(cut));
    },
    ...whole,
  },
  {
    name: 'stall, then the rest at once',
    act: async (line) => {
      await line.send(half);
      await sleep(300);
      await line.send(wholeAnswer.slice(half.length));
    },
    ...whole,
  },
  { name: 'stall without end', act: says(half), outcome: 'timeout between-tokens', tokens: 3 },
  { name: 'FIN between events', act: saysAndCloses(half), outcome: 'truncated fin', tokens: 3 },
  { name: 'FIN in mid-event', act: saysAndCloses(halfEvent), outcome: 'truncated fin', tokens: 3 },
  {
    name: 'reset in mid-stream',
    act: saysAndResets(half),
    outcome: 'truncated reset',
    outcomeOnC: /^truncated (reset|fin)$/,
    tokens: 3,
  },
  {
    name: 'reset in mid-event',
    act: saysAndResets(halfEvent),
    outcome: 'truncated reset',
    outcomeOnC: /^truncated (reset|fin)$/,
    tokens: 3,
  },
  { name: 'no last chunk', act: saysAndCloses(wholeAnswer.slice(0, -5)), ...whole },
  {
    name: 'content-length too long',
    act: saysAndCloses(plainHead(`content-length: ${body.length + 99}\r\n`), body),
    ...whole,
  },
  {
    name: 'content-length too short',
    act: saysAndCloses(plainHead(`content-length: ${tokenEvents.slice(0, 3).join('').length}\r\n`), body),
    outcome: 'truncated fin',
    tokens: 3,
  },
  { name: 'HTTP/1.0 until the close', act: saysAndCloses(plainHead('', '1.0'), body), ...whole },
  { name: 'HTTP/1.1 until the close', act: saysAndCloses(plainHead(''), body), ...whole },
  {
    name: 'trailers and chunk extensions',
    act: says(
      wholeAnswer
        .replaceAll(/\r\n([0-9a-f]+)\r\n(?=data)/g, '\r\n$1;note="x"\r\n')
        .replace(/0\r\n\r\n$/, '0;last\r\nx-checksum: none\r\n\r\n'),
    ),
    ...whole,
  },
  { name: 'closed right after the response', act: saysAndCloses(wholeAnswer), ...whole },
  {
    name: 'connection: close',
    act: saysAndCloses(chunked(events, 'connection: close\r\n')),
    ...whole,
  },
  {
    name: 'interim answers that nobody asked for',
    act: says('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', wholeAnswer),
    ...whole,
  },
  {
    name: 'interim answers and nothing else',
    act: says('HTTP/1.1 100 Continue\r\n\r\n'.repeat(20)),
    outcome: 'timeout first-token',
    tokens: 0,
  },
  {
    name: '307 redirect',
    act: says('HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
    outcome: 'http 307',
    tokens: 0,
  },
  {
    name: 'HTTP/2 frames',
    act: saysAndCloses('\0\0\0\x04\0\0\0\0\0\0\0\0\x07\0\0\0\0\0bye now'),
    outcome: 'protocol',
    tokens: 0,
  },
  { name: 'another protocol', act: saysAndCloses('SSH-2.0-OpenSSH_9.6\r\n'), outcome: 'protocol', tokens: 0 },
];
