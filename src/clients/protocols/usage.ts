import type { Usage } from '../../core/stream.ts';
import { fieldOf, isObject, type JsonObject } from './json.ts';

/** Token counts as the server gives them; what is no count (a string, a negative number) is absent. */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const promptTokens = count(fieldOf(value, 'prompt_tokens'));
  const completionTokens = count(fieldOf(value, 'completion_tokens'));
  const reasoningTokens = count(
    detail(value, 'completion_tokens_details', 'reasoning_tokens') ?? fieldOf(value, 'reasoning_tokens'),
  );
  const cachedTokens = count(
    detail(value, 'prompt_tokens_details', 'cached_tokens') ?? fieldOf(value, 'prompt_cache_hit_tokens'),
  );
  const usage = {
    ...(promptTokens !== undefined && { promptTokens }),
    ...(completionTokens !== undefined && { completionTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(cachedTokens !== undefined && { cachedTokens }),
  };
  return Object.keys(usage).length === 0 ? undefined : usage;
}

function detail(usage: JsonObject, group: string, name: string): unknown {
  const details = fieldOf(usage, group);
  return isObject(details) ? fieldOf(details, name) : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
