import type { Answer } from './answer.ts';
import { prefillDeadlineFor } from './prefill-deadline.ts';

/** Completed with the first token within D_p, also where the policy leaves it out of fluidity. */
export function isFirstTokenInTime({ standing, timeline, policy }: Answer): boolean {
  if (standing !== 'completed') return false;
  const deadline = prefillDeadlineFor(policy.prefillDeadline, timeline);
  return deadline === undefined || (timeline.times[0] as number) - timeline.origin <= deadline;
}
