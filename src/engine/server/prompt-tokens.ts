import { setImmediate as turn } from 'node:timers/promises';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';

const sliceLength = 2000;
/** Between a letter and a space that starts a word, o200k_base never merges. */
const boundary = /[A-Za-z] (?=[A-Za-z])/g;

/** What looks like a special token in a prompt is text. */
const asText = { disallowedSpecial: new Set<string>() };

export const encodeText = (text: string): number[] => encode(text, asText);

/**
 * Token ids of a text, slice by slice with a turn of the event loop in between, so that a long
 * prompt does not delay the tokens that other requests are due.
 */
export async function encodeInTurns(text: string): Promise<number[]> {
  const ids: number[] = [];
  for (let start = 0; start < text.length; ) {
    const end = sliceEnd(text, start);
    for (const id of encodeText(text.slice(start, end))) ids.push(id);
    start = end;
    if (start < text.length) await turn();
  }
  return ids;
}

function sliceEnd(text: string, start: number): number {
  if (text.length - start <= sliceLength) return text.length;
  boundary.lastIndex = start + sliceLength;
  const match = boundary.exec(text);
  return match ? match.index + 1 : text.length;
}

/** What a chat template wraps around a message and puts before the answer, in tokens. */
export const chatTemplate = { perMessage: 4, reply: 3 } as const;

const templateToken = 200_006;

/** Prompt tokens of a conversation: per message its content and 4 of the template, and 3 that open the reply. */
export async function encodeChat(messages: readonly { role: string; text: string }[]): Promise<number[]> {
  const ids: number[] = [];
  for (const { role, text } of messages) {
    const roleId = encodeText(role)[0] ?? templateToken;
    ids.push(templateToken, roleId, templateToken);
    for (const id of await encodeInTurns(text)) ids.push(id);
    ids.push(templateToken);
  }
  for (let i = 0; i < chatTemplate.reply; i++) ids.push(templateToken);
  return ids;
}

/**
 * One hash for each full block of the prompt, each covering all tokens up to the block's end: two
 * prompts share a block exactly when they share everything before it (up to collisions of 53 bits).
 * Prompts under different salts share nothing.
 */
export function blockHashes(tokens: readonly number[], blockTokens: number, salt = ''): number[] {
  const hashes: number[] = [];
  let high = 0x9e3779b9;
  let low = 0x811c9dc5;
  for (let i = 0; i < salt.length; i++) {
    low = Math.imul(low ^ salt.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ low, 0x85ebca6b);
  }
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? 0;
    low = Math.imul(low ^ token, 0x01000193);
    high = Math.imul(high ^ (token + (low >>> 7)), 0x85ebca6b);
    high ^= high >>> 15;
    if ((i + 1) % blockTokens === 0) hashes.push((high >>> 0) * 0x200000 + (low >>> 11));
  }
  return hashes;
}
