import { milliseconds, type Nanoseconds, nanosecondsPerMillisecond, perSecond, seconds } from '../core/units.ts';
import { defaultPolicy, type PrefillDeadline, type ScorePolicy } from '../metrics/policy.ts';
import type { Plan } from './plan.ts';

const { prefillDeadline: byDefault } = defaultPolicy;

/** Deadline of the first token where neither a curve nor another one is given. */
export const defaultPrefillDeadline: Nanoseconds = byDefault.kind === 'constant' ? byDefault.deadline : seconds(1);

const defaultSlack = milliseconds(300);

function firstTokenDeadline(section: Plan['score']): PrefillDeadline {
  const { prefillCurve, prefillDeadline, slack, extrapolateCurve } = section;
  if (!prefillCurve) return { kind: 'constant', deadline: prefillDeadline ?? defaultPrefillDeadline };
  return {
    kind: 'curve',
    a: prefillCurve.a_ms * nanosecondsPerMillisecond,
    b: prefillCurve.b_ms_per_token * nanosecondsPerMillisecond,
    c: prefillCurve.c_ms_per_token2 * nanosecondsPerMillisecond,
    ...(prefillCurve.floor_ms !== undefined && { floor: prefillCurve.floor_ms * nanosecondsPerMillisecond }),
    ...(prefillCurve.cached_ms_per_token !== undefined && {
      perCached: prefillCurve.cached_ms_per_token * nanosecondsPerMillisecond,
    }),
    ...(prefillCurve.offsets_ms && {
      offsets: prefillCurve.offsets_ms.map(([tokens, ms]) => [tokens, ms * nanosecondsPerMillisecond] as const),
    }),
    slack: slack ?? defaultSlack,
    from: prefillCurve.from_tokens,
    to: prefillCurve.to_tokens,
    ...(prefillCurve.asked_from_tokens !== undefined && { askedFrom: prefillCurve.asked_from_tokens }),
    ...(prefillCurve.asked_to_tokens !== undefined && { askedTo: prefillCurve.asked_to_tokens }),
    ...(extrapolateCurve && { extrapolate: true as const }),
    id: prefillCurve.id,
  };
}

/** The score section of a plan as the policy that metrics are computed under. */
export function scorePolicy(section: Plan['score']): ScorePolicy {
  const {
    prefillCurve: _curve,
    prefillDeadline: _deadline,
    slack: _slack,
    extrapolateCurve: _allowed,
    ...others
  } = section;
  const { slackCap, pace, ...rest } = others;
  return {
    ...rest,
    prefillDeadline: firstTokenDeadline(section),
    pace: perSecond(pace),
    ...(slackCap !== undefined && { slackCap }),
  };
}
