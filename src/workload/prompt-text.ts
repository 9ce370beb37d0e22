import { createHash, type Hash } from 'node:crypto';
import { createPromptWriter, type PromptWriter } from './content/prompt-writer.ts';
import type { Schedule } from './schedule.ts';
import { tokenizers } from './tokenizers/index.ts';

const writers = new WeakMap<Schedule, PromptWriter>();

function writerOf(schedule: Schedule): PromptWriter {
  const { tokenizer, key, cache } = schedule.content;
  const writer = writers.get(schedule) ?? createPromptWriter({ tokenizer: tokenizers.get(tokenizer), key, cache });
  writers.set(schedule, writer);
  return writer;
}

/** The prompt of one request, exactly as long as the schedule says; the same for the same seed, plan and id. */
export function promptText(schedule: Schedule, id: number): string {
  const tokens = schedule.promptTokens[id];
  if (tokens === undefined) throw new RangeError(`no request ${id} in a schedule of ${schedule.count}`);
  return writerOf(schedule)(id, tokens);
}

/** Takes prompts in the order of their ids as they are made, so that no prompt is written twice. */
export class PromptHash {
  readonly #hash: Hash = createHash('sha256').update('metron.prompts/1');

  add(text: string): void {
    this.#hash.update(`/${text.length}/`).update(text);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

/** Prompts that a manifest's hash covers: enough to tell two runs apart, few enough to hash in a moment. */
export const hashedPrompts = 1000;

/** SHA-256 of the first `count` prompts, all by default, hexadecimal. */
export function promptHash(schedule: Schedule, count: number = schedule.count): string {
  const hash = new PromptHash();
  for (let id = 0; id < Math.min(count, schedule.count); id++) hash.add(promptText(schedule, id));
  return hash.digest();
}
