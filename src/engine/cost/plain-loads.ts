import type { IterationLoad } from './cost-model.ts';

/** An iteration that computes one prompt as a whole, nothing of it cached. */
export const prefillOf = (tokens: number): IterationLoad => ({
  tokens,
  chunks: 1,
  chunkTokens: tokens,
  chunkContext: (tokens * tokens) / 2,
  decodes: 0,
  kvTokens: 0,
});

/** An iteration in which `sequences` decode a token each and read `context` key-value tokens each. */
export const decodesOf = (sequences: number, context: number): IterationLoad => ({
  tokens: sequences,
  chunks: 0,
  chunkTokens: 0,
  chunkContext: 0,
  decodes: sequences,
  kvTokens: sequences * context,
});
