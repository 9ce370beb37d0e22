import type { Mutable } from '../../core/mutable.ts';
import { ProtocolError, type StreamEvent } from '../../core/stream.ts';
import { fieldOf, isObject, type JsonObject } from './json.ts';
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

/** What is seen of all choices of one chunk. */
interface Seen {
  content: string;
  reasoning: string;
  tool: string;
  text: string;
  tokenIds: number | undefined;
  finishReason: string | undefined;
}

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
  const { text, tokenIds, finishReason, ...seen } = readChoices(fieldOf(chunk, 'choices'), readChoice);
  const usage = readUsage(fieldOf(chunk, 'usage'));
  const serverTiming = numbersOf(fieldOf(chunk, 'timings'));
  const event: Mutable<StreamEvent> = {
    kind: kindOf(seen) ?? (tokenIds ? tokensWithoutText : 'other'),
  };
  if (text !== '') event.text = text;
  if (tokenIds !== undefined) event.tokenIds = tokenIds;
  if (usage) event.usage = usage;
  if (finishReason !== undefined) event.finishReason = finishReason;
  if (serverTiming) event.serverTiming = serverTiming;
  return event;
}

/** In one loop: arrays of every kind come by here, and each step of a chain would be compiled for some of them. */
function readChoices(choices: unknown, readChoice: ReadChoice): Seen {
  const seen: Seen = { content: '', reasoning: '', tool: '', text: '', tokenIds: undefined, finishReason: undefined };
  if (!Array.isArray(choices)) return seen;
  for (const choice of choices) {
    if (!isObject(choice)) continue;
    const { content, reasoning, tool } = readChoice(choice);
    seen.content += content;
    seen.reasoning += reasoning;
    seen.tool += tool;
    seen.text += reasoning + content + tool;
    countTokenIds(choice, seen);
    countTokenIds(fieldOf(choice, 'delta'), seen);
    const reason = fieldOf(choice, 'finish_reason');
    if (typeof reason === 'string') seen.finishReason ??= reason;
  }
  return seen;
}

function countTokenIds(holder: unknown, seen: Seen): void {
  const ids = isObject(holder) ? fieldOf(holder, 'token_ids') : undefined;
  if (Array.isArray(ids)) seen.tokenIds = (seen.tokenIds ?? 0) + ids.length;
}

/** The one event of an answer that came whole. */
export function readAnswer(json: unknown, readChoice: ReadChoice): StreamEvent[] {
  return [readChunk(json, readChoice)];
}

function kindOf({ content, tool, reasoning }: Parts): StreamEvent['kind'] | undefined {
  if (content !== '') return 'content';
  if (tool !== '') return 'tool';
  return reasoning === '' ? undefined : 'reasoning';
}

/** An error sent with status 200: `{"error": …}`, or the older `{"object": "error", "message": …}`. */
function errorMessage(chunk: JsonObject): string | undefined {
  const error = fieldOf(chunk, 'error');
  if (typeof error === 'string' && error !== '') return error;
  if (isObject(error)) return textOf(error.message) || JSON.stringify(error);
  return fieldOf(chunk, 'object') === 'error'
    ? textOf(fieldOf(chunk, 'message')) || 'error without a message'
    : undefined;
}

function numbersOf(value: unknown): Record<string, number> | undefined {
  if (!isObject(value)) return undefined;
  const numbers = Object.entries(value).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers);
}
