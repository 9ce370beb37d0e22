import type { StreamEvent, TextEvent } from '../../core/stream.ts';

/** What would not stand for itself in a JSON string. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const needsEscape = /["\\\u0000-\u001f]/;
const space = 32;
const quote = 34;
const backslash = 92;
const wordBytes = 8;
const probe = 'probe of a chunk';
/** Where chunks differ in more than their text, templates are of no use and are not looked for any longer. */
const mostTries = 8;

/**
 * Bytes that are looked for, eight at a time and as floating-point numbers. That is exact: of all values only zeros and NaN
 * are equal to others or not to themselves, and UTF-8 without control characters makes neither.
 */
class Pattern {
  readonly length: number;
  readonly #words: Float64Array;
  readonly #rest: Uint8Array;

  constructor(text: string) {
    const bytes = new TextEncoder().encode(text);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const words = Math.floor(bytes.length / wordBytes);
    this.length = bytes.length;
    this.#words = Float64Array.from({ length: words }, (_, i) => view.getFloat64(i * wordBytes, true));
    this.#rest = bytes.slice(words * wordBytes);
  }

  /** True if `bytes` has them at `start`; there is room for them. */
  isAt(bytes: DataView, start: number): boolean {
    const [words, rest] = [this.#words, this.#rest];
    let at = start;
    for (let i = 0; i < words.length; i++, at += wordBytes) if (bytes.getFloat64(at, true) !== words[i]) return false;
    for (let i = 0; i < rest.length; i++, at++) if (bytes.getUint8(at) !== rest[i]) return false;
    return true;
  }
}

const nothing = new Pattern('');

/**
 * The chunks of an answer mostly differ in nothing but one string, its text. Once one has been read
 * as JSON, this reads those that have the same characters before and after that string, at a tenth
 * of the cost and with the same result.
 */
export class ChunkTemplate {
  readonly #read: (data: string) => StreamEvent | undefined;
  readonly #found: { kind: StreamEvent['kind']; start: number; end: number } = { kind: 'other', start: 0, end: 0 };
  #kind: StreamEvent['kind'] = 'other';
  #before = '';
  /** Empty while there is no template. */
  #after = '';
  /** Both as they are on the wire, with what stands around a chunk there. */
  #wireBefore = nothing;
  #wireAfter = nothing;
  /** Templates made since one was last of use. */
  #tries = 0;

  /** `read`: reads any chunk; undefined if it is none. */
  constructor(read: (data: string) => StreamEvent | undefined) {
    this.#read = read;
  }

  /** Undefined if the chunk differs from the template in more than its text. */
  match(data: string): StreamEvent | undefined {
    const end = data.length - this.#after.length;
    if (this.#after === '' || end <= this.#before.length) return undefined;
    if (!data.startsWith(this.#before) || !data.endsWith(this.#after)) return undefined;
    const text = data.slice(this.#before.length, end);
    if (needsEscape.test(text)) return undefined;
    this.#tries = 0;
    return { kind: this.#kind, text };
  }

  /** As `match`, from the bytes of one whole event: `data: `, the chunk and two line feeds. Allocates nothing. */
  matchWire(bytes: DataView, start: number, end: number): TextEvent | undefined {
    const before = this.#wireBefore;
    const after = this.#wireAfter;
    const textStart = start + before.length;
    const textEnd = end - after.length;
    if (after.length === 0 || textEnd <= textStart) return undefined;
    if (!after.isAt(bytes, textEnd) || !before.isAt(bytes, start)) return undefined;
    for (let i = textStart; i < textEnd; i++) {
      const byte = bytes.getUint8(i);
      if (byte < space || byte === quote || byte === backslash) return undefined;
    }
    this.#tries = 0;
    const found = this.#found;
    found.kind = this.#kind;
    found.start = textStart;
    found.end = textEnd;
    return found;
  }

  /** Takes a chunk that was read as `event` for a template of those to come, where it can be one. */
  learn(data: string, event: StreamEvent): void {
    const { kind, text, ...rest } = event;
    if (this.#tries === mostTries || text === undefined || needsEscape.test(text) || Object.keys(rest).length > 0)
      return;
    const at = data.lastIndexOf(`"${text}"`);
    if (at < 0) return;
    const before = data.slice(0, at + 1);
    const after = data.slice(at + 1 + text.length);
    if (before === this.#before && after === this.#after) return;
    this.#tries++;
    const found = this.#read(`${before}${probe}${after}`);
    if (found?.text !== probe || found.kind !== kind || Object.keys(found).length !== 2) return;
    this.#kind = kind;
    this.#before = before;
    this.#after = after;
    this.#wireBefore = new Pattern(`data: ${before}`);
    this.#wireAfter = new Pattern(`${after}\n\n`);
  }
}
