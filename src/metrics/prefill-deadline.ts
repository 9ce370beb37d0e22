import { type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { PrefillDeadline } from './policy.ts';
import { offsetAt } from './prefill-offset.ts';
import type { Timeline } from './timeline.ts';

/** What a first-token deadline depends on. */
export type PromptLength = Pick<Timeline, 'promptTokens' | 'cachedTokens'>;

/** D_p for this prompt; absent if it depends on a length nobody knows (paper 4.1). */
export function prefillDeadlineFor(deadline: PrefillDeadline, prompt: PromptLength): Nanoseconds | undefined {
  if (deadline.kind === 'constant') return deadline.deadline;
  const prefill = predictedPrefill(deadline, prompt);
  return prefill === undefined ? undefined : nanoseconds(prefill + deadline.slack);
}

/**
 * Time the prompt alone should take by the measured curve; absent without a curve or a length. Of a prompt whose
 * first h tokens came from a cache only P − h are computed, but these attend to the cached ones too:
 * a + √(floor² + (b(P − h))²) + c(P² − h²) + e·h + offset(P − h).
 */
export function predictedPrefill(
  deadline: PrefillDeadline,
  { promptTokens, cachedTokens }: PromptLength,
): number | undefined {
  if (deadline.kind !== 'curve' || promptTokens === undefined) return undefined;
  const cached = Math.min(cachedTokens, promptTokens);
  const offset = deadline.offsets
    ? offsetAt(deadline.offsets, promptTokens - cached, (tokens) => formula(deadline, tokens, 0))
    : 0;
  return Math.max(0, formula(deadline, promptTokens, cached) + offset);
}

function formula(
  { a, b, c, floor = 0, perCached = 0 }: Extract<PrefillDeadline, { kind: 'curve' }>,
  tokens: number,
  cached: number,
): number {
  const computed = b * (tokens - cached);
  const linear = floor === 0 ? computed : Math.hypot(floor, computed);
  return a + linear + c * (tokens * tokens - cached * cached) + perCached * cached;
}

/** The curve says nothing about a prompt of this length. */
export const isExtrapolated = (deadline: PrefillDeadline, promptTokens: number | undefined): boolean =>
  deadline.kind === 'curve' &&
  (promptTokens === undefined || promptTokens < deadline.from || promptTokens > deadline.to);
