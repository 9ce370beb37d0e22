import { type Address, loadLibc } from '../system/libc.ts';

const digits = 16;
const zero = 48;
const half = 1e8;

/** Bytes of a fixed length with a place for a stamp, at an address the kernel can read. */
export class StampedEvent {
  readonly bytes: Uint8Array;
  /** Undefined where there is no way to the system's `send`. */
  readonly address: Address | undefined;
  readonly #stampAt: number;

  /** With the number of `tokens` of the answer its end comes too, in one piece. */
  constructor(tokens?: number) {
    const mark = '#'.repeat(digits);
    const text = tokens === undefined ? chunk(event(mark)) : lastEvent(mark, tokens);
    const block = loadLibc()?.allocate(text.length);
    this.address = block?.address;
    this.bytes = block ? new Uint8Array(block.memory) : new Uint8Array(text.length);
    this.bytes.set(Buffer.from(text, 'latin1'));
    this.#stampAt = text.indexOf(mark);
  }

  stamp(time: number): void {
    const high = Math.floor(time / half);
    this.#put(this.#stampAt, high);
    this.#put(this.#stampAt + digits / 2, time - high * half);
  }

  #put(at: number, value: number): void {
    let rest = value | 0;
    for (let i = digits / 2 - 1; i >= 0; i--) {
      const next = (rest / 10) | 0;
      this.bytes[at + i] = zero + rest - next * 10;
      rest = next;
    }
  }
}

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

const event = (stamp: string, finish = 'null'): string =>
  `data: {"id":"chatcmpl-stamped","object":"chat.completion.chunk","created":1700000000,"model":"stamped",` +
  `"choices":[{"index":0,"delta":{"content":" ${stamp}"},"logprobs":null,"finish_reason":${finish}}]}\n\n`;

function lastEvent(stamp: string, tokens: number): string {
  const usage = { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 };
  const counted = `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [], usage })}\n\n`;
  return `${chunk(`${event(stamp, '"length"')}${counted}data: [DONE]\n\n`)}0\r\n\r\n`;
}
