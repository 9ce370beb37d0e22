import type { Nanoseconds } from '../../core/units.ts';
import { toMilliseconds } from '../../core/units.ts';
import type { PrefillDeadline, ScorePolicy } from '../../metrics/policy.ts';
import { duration, number, share } from '../../plots/format.ts';

export const durationOf = (time: Nanoseconds): string => {
  const ms = toMilliseconds(time);
  // Deadlines are the user's own round numbers: 50 ms, not 50.0 ms.
  if (Number.isInteger(ms) && ms < 1000) return `${ms} ms`;
  if (Number.isInteger(ms / 100)) return `${ms / 1000} s`;
  return duration(ms, ' ');
};

const prefillText = (deadline: PrefillDeadline): string =>
  deadline.kind === 'constant'
    ? `D_p ${durationOf(deadline.deadline)}`
    : `D_p curve ${deadline.id} + ${durationOf(deadline.slack)}`;

/** Every choice that moves a number, in one sentence; printed with every result. */
export function policyLine(policy: ScorePolicy): string {
  const parts = [
    `D_d ${durationOf(policy.decodeDeadline)}`,
    prefillText(policy.prefillDeadline),
    `fluid from ${number(policy.fluidFrom)} for ${share(policy.fluidShare)} of requests`,
    `chunks ${policy.chunks}`,
    `ties ${policy.ties}`,
    `tokens ${policy.channel}`,
    `latency from ${policy.from}`,
    `TPOT ${policy.tpot}`,
    `pace ${number(policy.pace)} tokens/s`,
    `expected TTFT ${durationOf(policy.expectedTtft)}`,
    `smooth goodput α = pace, ${number(policy.idlePenalty)} tokens per idle second`,
  ];
  if (policy.slackCap !== undefined) parts.push(`slack capped at ${durationOf(policy.slackCap)}`);
  if (policy.ignoreFirstToken) parts.push('first token ignored');
  if (policy.playbackDelay > 0) parts.push(`playback starts after ${durationOf(policy.playbackDelay)}`);
  if (policy.dialect !== 'metron') parts.push(`dialect ${policy.dialect}`);
  return `Scored with ${parts.join(', ')}.`;
}
