import { ProtocolError, type StreamEvent } from '../../core/stream.ts';
import { isObject, type JsonObject } from './json.ts';
import { readUsage } from './usage.ts';

export type Choice = JsonObject;

/** Text of one choice, by who gets to see it. */
export interface Parts {
  readonly content: string;
  readonly reasoning: string;
  readonly tool: string;
}

export type ReadChoice = (choice: Choice) => Parts;

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * One streamed chunk of the OpenAI family. Where an event carries several kinds of text, the one
 * a reader sees names it; `tokensWithoutText` is the kind of tokens that brought no text.
 */
export function readChunk(
  chunk: unknown,
  readChoice: ReadChoice,
  tokensWithoutText: StreamEvent['kind'] = 'content',
): StreamEvent {
  if (!isObject(chunk)) throw new ProtocolError('event is JSON but not an object');
  const error = errorMessage(chunk);
  if (error !== undefined) return { kind: 'other', error };
  const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isObject) : [];
  const parts = choices.map(readChoice);
  const text = parts.map((part) => part.reasoning + part.content + part.tool).join('');
  const tokenIds = countTokenIds(choices);
  const usage = readUsage(chunk.usage);
  const finishReason = choices.map((choice) => choice.finish_reason).find((reason) => typeof reason === 'string');
  const serverTiming = numbersOf(chunk.timings);
  return {
    kind: kindOf(parts) ?? (tokenIds ? tokensWithoutText : 'other'),
    ...(text !== '' && { text }),
    ...(tokenIds !== undefined && { tokenIds }),
    ...(usage && { usage }),
    ...(typeof finishReason === 'string' && { finishReason }),
    ...(serverTiming && { serverTiming }),
  };
}

/** The one event of an answer that came whole. */
export function readAnswer(json: unknown, readChoice: ReadChoice): StreamEvent[] {
  return [readChunk(json, readChoice)];
}

function kindOf(parts: readonly Parts[]): StreamEvent['kind'] | undefined {
  for (const kind of ['content', 'tool', 'reasoning'] as const) {
    if (parts.some((part) => part[kind] !== '')) return kind;
  }
  return undefined;
}

/** An error sent with status 200: `{"error": …}`, or the older `{"object": "error", "message": …}`. */
function errorMessage(chunk: JsonObject): string | undefined {
  const { error } = chunk;
  if (typeof error === 'string' && error !== '') return error;
  if (isObject(error)) return textOf(error.message) || JSON.stringify(error);
  return chunk.object === 'error' ? textOf(chunk.message) || 'error without a message' : undefined;
}

function countTokenIds(choices: readonly Choice[]): number | undefined {
  const lists = choices
    .flatMap((choice) => [choice.token_ids, isObject(choice.delta) ? choice.delta.token_ids : undefined])
    .filter((list) => Array.isArray(list));
  return lists.length === 0 ? undefined : lists.reduce((count, list) => count + list.length, 0);
}

function numbersOf(value: unknown): Record<string, number> | undefined {
  if (!isObject(value)) return undefined;
  const numbers = Object.entries(value).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
}
