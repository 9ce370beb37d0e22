import { type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { PrefillDeadline } from './policy.ts';

/** D_p for a prompt of this length; absent if it depends on a length nobody knows (paper 4.1). */
export function prefillDeadlineFor(
  deadline: PrefillDeadline,
  promptTokens: number | undefined,
): Nanoseconds | undefined {
  if (deadline.kind === 'constant') return deadline.deadline;
  const prefill = predictedPrefill(deadline, promptTokens);
  return prefill === undefined ? undefined : nanoseconds(Math.max(0, prefill + deadline.slack));
}

/** Time the prompt alone should take by the measured curve; absent without a curve or a length. */
export function predictedPrefill(deadline: PrefillDeadline, promptTokens: number | undefined): number | undefined {
  if (deadline.kind !== 'curve' || promptTokens === undefined) return undefined;
  const { a, b, c, floor = 0 } = deadline;
  const linear = floor === 0 ? b * promptTokens : Math.hypot(floor, b * promptTokens);
  return a + linear + c * promptTokens * promptTokens;
}

/** The curve says nothing about a prompt of this length. */
export const isExtrapolated = (deadline: PrefillDeadline, promptTokens: number | undefined): boolean =>
  deadline.kind === 'curve' &&
  (promptTokens === undefined || promptTokens < deadline.from || promptTokens > deadline.to);
