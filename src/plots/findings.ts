import { nanosecondsPerMillisecond } from '../core/units.ts';
import type { Findings } from './answer.ts';
import type { Pauses } from './pauses.ts';
import { firstTokenLate } from './scored-request.ts';
import type { ScoredRun } from './scored-run.ts';
import { longest, stallsOf, waitOf } from './stalls.ts';

export function findings({ counted, policy }: ScoredRun, pauses: Pauses): Findings {
  const ms = (time: number): number => time / nanosecondsPerMillisecond;
  const stalls = counted.flatMap((request) => stallsOf(request, policy.decodeDeadline));
  const most = longest(stalls);
  const short = counted.filter(({ fluid }) => !fluid);
  const failed = short.filter((request) => request.failed);
  const answered = short.filter((request) => !request.failed);
  const lateFirst = answered.filter(firstTokenLate);
  return {
    stalls: stalls.length,
    ...(most ? { longestStall_ms: ms(waitOf(most)) } : {}),
    ...(pauses.median === undefined ? {} : { medianGap_ms: ms(pauses.median) }),
    pauses: {
      over_ms: ms(pauses.pause),
      shareOfGaps: pauses.n === 0 ? 0 : pauses.long / pauses.n,
      shareOfWaiting: pauses.total === 0 ? 0 : pauses.longTotal / pauses.total,
    },
    short: { failed: failed.length, lateFirst: lateFirst.length, stalled: answered.length - lateFirst.length },
  };
}
