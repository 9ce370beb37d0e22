import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { CompletionCall } from './protocol.ts';

const count = z.number().int();

/** Answers to one request. */
const mostChoices = 128;

/** The fields that both completion endpoints understand; others are accepted and ignored, as vLLM does. */
export const sharedFields = {
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish() })
    .nullish(),
  max_tokens: count.min(1).nullish(),
  min_tokens: count.min(0).nullish(),
  ignore_eos: z.boolean().nullish(),
  n: count.min(1).max(mostChoices).nullish(),
  priority: count.nullish(),
  return_token_ids: z.boolean().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: count.nullish(),
  cache_salt: z.string().min(1).nullish(),
};

const shared = z.looseObject(sharedFields);

/** Checks a body against a schema; every problem is named in one refusal. */
export function parseFields<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new ApiError(400, problems.join('; '), first?.path.join('.') || undefined);
}

/** What the shared fields ask for; `maxTokens` overrides where a protocol has a newer name for it. */
export function readSharedFields(
  fields: z.output<typeof shared>,
  maxTokens: number | undefined,
): Omit<CompletionCall, 'promptTokens' | 'promptField' | 'logprobs' | 'toolOnly'> {
  const options = fields.stream_options;
  const stream = fields.stream ?? false;
  const minTokens = fields.min_tokens ?? 0;
  if (options && !stream) {
    throw new ApiError(400, 'stream_options are allowed only with stream: true', 'stream_options');
  }
  if (maxTokens !== undefined && minTokens > maxTokens) {
    throw new ApiError(400, `min_tokens (${minTokens}) is more than max_tokens (${maxTokens})`, 'min_tokens');
  }
  return {
    model: fields.model,
    choices: fields.n ?? 1,
    stream,
    includeUsage: options?.include_usage ?? false,
    continuousUsage: (options?.include_usage && options.continuous_usage_stats) ?? false,
    maxTokens,
    minTokens,
    ignoreEos: fields.ignore_eos ?? false,
    returnTokenIds: fields.return_token_ids ?? false,
    priority: fields.priority ?? 0,
    stop: [fields.stop ?? []].flat().filter((text) => text !== ''),
    seed: fields.seed ?? undefined,
    cacheSalt: fields.cache_salt ?? undefined,
  };
}
