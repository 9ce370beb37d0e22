import type { Random } from '../../core/random.ts';
import { ApiError } from './api-error.ts';
import type { ServedOptions } from './options.ts';
import type { CompletionCall } from './protocol.ts';

export interface AnswerPlan {
  readonly tokens: number;
  /** `stop` or `length`, unless a fault has another. */
  readonly finishReason: string;
  /** The stop string that ended it. */
  readonly stopReason?: string;
}

/**
 * How long the answer will be: all it may have under `ignore_eos`, else a length of its own, drawn
 * from a lognormal and cut to what was asked. Throws `ApiError` where the context is too short.
 */
export function planAnswer(
  call: CompletionCall,
  { contextTokens, answerTokens, answerSpread }: ServedOptions,
  random: Random,
): AnswerPlan {
  const prompt = call.promptTokens.length;
  const room = contextTokens - prompt;
  if (prompt === 0) throw new ApiError(400, 'the prompt is empty', 'prompt');
  if (room < 1) {
    const message = `the maximum context length is ${contextTokens} tokens and the prompt alone has ${prompt}`;
    throw new ApiError(400, message, call.promptField);
  }
  if (call.maxTokens !== undefined && call.maxTokens > room) {
    const message = `max_tokens is too large: ${call.maxTokens}; the maximum context length is ${contextTokens} tokens and the prompt has ${prompt}`;
    throw new ApiError(400, message, 'max_tokens');
  }
  const most = call.maxTokens ?? room;
  const natural = Math.max(1, call.minTokens, Math.round(answerTokens * Math.exp(answerSpread * random.normal())));
  return call.ignoreEos || natural >= most
    ? { tokens: most, finishReason: 'length' }
    : { tokens: natural, finishReason: 'stop' };
}
