import {
  type OnStreamEvent,
  ProtocolError,
  type ResponseDecoder,
  type StreamEvent,
  type TextEvent,
} from '../../core/stream.ts';
import { SseReader } from '../sse.ts';
import { ChunkTemplate } from './chunk-template.ts';
import { type ReadChoice, readChunk } from './openai-event.ts';

/** Server-sent events holding JSON chunks, ended by `[DONE]`. What follows `[DONE]` is no part of the answer. */
export class OpenAiDecoder implements ResponseDecoder {
  readonly #reader = new SseReader();
  readonly #readChoice: ReadChoice;
  readonly #template: ChunkTemplate;
  #done = false;
  /** The kind of the last event that held tokens: what a token without text belongs to. */
  #lastKind: StreamEvent['kind'] = 'content';

  constructor(readChoice: ReadChoice) {
    this.#readChoice = readChoice;
    this.#template = new ChunkTemplate((data) => {
      const chunk = jsonOf(data);
      return chunk === undefined ? undefined : readChunk(chunk, readChoice);
    });
  }

  get done(): boolean {
    return this.#done;
  }

  alike(bytes: DataView, start: number, end: number): TextEvent | undefined {
    if (this.#done || !this.#reader.atEvent) return undefined;
    const found = this.#template.matchWire(bytes, start, end);
    if (found) this.#lastKind = found.kind;
    return found;
  }

  push(bytes: Uint8Array, onEvent: OnStreamEvent): void {
    this.#reader.push(bytes, (data, size, type) => {
      const event = this.#read(data, type);
      if (event) onEvent(event, size);
    });
  }

  end(onEvent: OnStreamEvent): void {
    this.#reader.end((data, size, type) => {
      // Without its blank line an event may be cut short: then it is missing, not malformed.
      if (!isWhole(data)) return;
      const event = this.#read(data, type);
      if (event) onEvent(event, size);
    });
  }

  #read(data: string, type: string): StreamEvent | undefined {
    if (this.#done) return undefined;
    const alike = type === 'message' ? this.#template.match(data) : undefined;
    if (alike) {
      this.#lastKind = alike.kind;
      return alike;
    }
    if (data.trim() === '[DONE]') {
      this.#done = true;
      return undefined;
    }
    if (data.trim() === '') return { kind: 'other' };
    const event = readChunk(parse(data, type), this.#readChoice, this.#lastKind);
    if (event.kind !== 'other') this.#lastKind = event.kind;
    this.#template.learn(data, event);
    return type === 'error' && event.error === undefined ? { kind: 'other', error: data } : event;
  }
}

function parse(data: string, type: string): unknown {
  const chunk = jsonOf(data);
  if (chunk !== undefined) return chunk;
  if (type === 'error') return { error: data };
  throw new ProtocolError(`event is not JSON: ${excerpt(data)}`);
}

const isWhole = (data: string): boolean => data.trim() === '[DONE]' || jsonOf(data) !== undefined;

/** Undefined if it is not JSON, which has no value of that name. */
function jsonOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

const excerpt = (data: string): string => (data.length <= 80 ? data : `${data.slice(0, 77)}…`);
