import type { Nanoseconds } from '../../core/units.ts';
import { toMilliseconds } from '../../core/units.ts';
import type { PrefillDeadline, ScorePolicy } from '../../metrics/policy.ts';
import { chosen, chosenShare } from '../../plots/format.ts';

/** A duration the user chose: 50 ms, 1 s. */
export const durationOf = (time: Nanoseconds): string => chosen(toMilliseconds(time), ' ');

/** The first token's deadline, as a user gave it. */
export const prefillText = (deadline: PrefillDeadline): string =>
  deadline.kind === 'constant'
    ? `D_p ${durationOf(deadline.deadline)}`
    : `D_p curve ${deadline.id} + ${durationOf(deadline.slack)}`;

/** Every choice that moves a number, in one sentence; printed with every result. */
export function policyLine(policy: ScorePolicy): string {
  const parts = [
    `D_d ${durationOf(policy.decodeDeadline)}`,
    prefillText(policy.prefillDeadline),
    `fluid from ${policy.fluidFrom} for ${chosenShare(policy.fluidShare)} of requests`,
    `chunks ${policy.chunks}`,
    `ties ${policy.ties}`,
    `tokens ${policy.channel}`,
    `latency from ${policy.from}`,
    `TPOT ${policy.tpot}`,
    `pace ${policy.pace} tokens/s`,
    `expected TTFT ${durationOf(policy.expectedTtft)}`,
    `smooth goodput α = pace, ${policy.idlePenalty} tokens per idle second`,
  ];
  if (policy.slackCap !== undefined) parts.push(`slack capped at ${durationOf(policy.slackCap)}`);
  if (policy.ignoreFirstToken) parts.push('first token ignored');
  if (policy.playbackDelay > 0) parts.push(`playback starts after ${durationOf(policy.playbackDelay)}`);
  if (policy.dialect !== 'metron') parts.push(`dialect ${policy.dialect}`);
  return `Scored with ${parts.join(', ')}.`;
}
