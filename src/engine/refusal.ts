import type { EngineRequest } from './core.ts';
import type { EngineDesign } from './engine-design.ts';

/** Why a request can never be served, in the words of the API; undefined if it can. */
export function refusal(design: EngineDesign, request: EngineRequest): string | undefined {
  const { settings, limits, kvBlocks, options } = design;
  const { promptTokens, outputTokens } = request;
  const total = promptTokens + outputTokens;
  if (total > settings.maxModelLength)
    return `This model's maximum context length is ${settings.maxModelLength} tokens. However, you requested ${total} tokens (${promptTokens} in the messages, ${outputTokens} in the completion).`;
  if (limits.wholePrompts && promptTokens > settings.maxBatchedTokens)
    return `Input prompt (${promptTokens} tokens) is too long and exceeds limit of ${settings.maxBatchedTokens}`;
  const held = limits.reservesMaximum ? settings.maxModelLength : total + settings.tokensPerDecode;
  if (Math.ceil(held / options.blockSize) + settings.watermarkBlocks > kvBlocks)
    return `The key-value cache holds ${kvBlocks * options.blockSize} tokens; the request needs ${held}`;
  return undefined;
}
