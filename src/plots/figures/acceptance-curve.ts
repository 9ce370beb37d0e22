import { nanosecondsPerMillisecond } from '../../core/units.ts';
import { type Headline, shareInterval } from '../../metrics/index.ts';
import type { Drawn } from '../figure.ts';
import { chosen, chosenNumber, chosenShare, count, duration, interval, number, share } from '../format.ts';
import { rounded } from '../order.ts';
import { type ScoredRun, sampleNote } from '../scored-run.ts';

export interface AcceptanceCurveData {
  readonly deadline_ms: readonly number[];
  readonly share: readonly number[];
  /** The paper's series: 1 − P99 of the miss rate. */
  readonly tail: readonly number[];
  /** Clopper–Pearson, 95 %, for `share`. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly decodeDeadline_ms: number;
  readonly target: number;
  /** Share that passes at the run's own deadline, with its interval. */
  readonly here: number;
  readonly n: number;
  /** The smallest deadline that reaches the target; absent: none does, or n cannot say. */
  readonly reached_ms?: number;
}

const subtitleOf = (fluidFrom: number): string =>
  `Share of requests with a fluidity of at least ${chosenNumber(fluidFrom)} under each decode deadline; the first token is not counted. Thin line: 1 − P99 of the miss rate, as in the paper.`;

export function acceptanceCurve(run: ScoredRun): Drawn<AcceptanceCurveData> {
  const { policy, summary } = run;
  const { acceptance, headline } = summary;
  const title = 'Which pace the answers keep';
  const subtitle = subtitleOf(policy.fluidFrom);
  if (!headline.fluidityMeaningful && summary.requests.completed > 0) {
    return { title, subtitle, empty: 'The answers came all at once: any pace would be kept.' };
  }
  if (acceptance.n === 0 || acceptance.deadline_ms.length === 0) {
    return { title, subtitle, empty: 'No request was measured.' };
  }
  const deadline = policy.decodeDeadline / nanosecondsPerMillisecond;
  const here = at(acceptance.deadline_ms, acceptance.share, deadline);
  const rate = headline.fluidRate.value;
  const reached = rate === undefined || rate <= 0 ? undefined : 1000 / rate;
  const target = chosenShare(policy.fluidShare);
  const intervals = acceptance.share.map((value) =>
    shareInterval(Math.round(value * acceptance.n), acceptance.n, 0.95),
  );
  return {
    title: finding(reached, deadline, target, headline, policy.fluidShare),
    subtitle,
    note: `n = ${count(acceptance.n)}. At ${chosen(deadline)}: ${share(here)}. ${
      reached === undefined ? '' : `${target} pass from ${duration(reached)}${rateInterval(run)}. `
    }Band: 95%, exact binomial. Deadline axis logarithmic.${sampleNote(run)}`,
    alt: `Acceptance curve. With ${chosen(deadline)} per token ${share(here)} of ${count(acceptance.n)} requests are fluid; the target is ${target}.`,
    table: {
      head: ['Decode deadline', 'Tokens per second', 'Fluid share', '1 − P99 of the miss rate'],
      rows: thin(acceptance.deadline_ms).map((i) => {
        const ms = acceptance.deadline_ms[i] ?? 0;
        return [chosen(ms), number(1000 / ms), share(acceptance.share[i]), number(acceptance.oneMinusP99MissRate[i])];
      }),
    },
    data: {
      deadline_ms: acceptance.deadline_ms.map((ms) => rounded(ms)),
      share: acceptance.share.map((value) => rounded(value, 5)),
      tail: acceptance.oneMinusP99MissRate.map((value) => rounded(value, 5)),
      low: intervals.map((each) => rounded(each?.low ?? 0, 4)),
      high: intervals.map((each) => rounded(each?.high ?? 1, 4)),
      decodeDeadline_ms: deadline,
      target: policy.fluidShare,
      here,
      n: acceptance.n,
      ...(reached === undefined ? {} : { reached_ms: reached }),
    },
  };
}

function finding(
  reached: number | undefined,
  deadline: number,
  target: string,
  { fluidRate, fluidShare }: Pick<Headline, 'fluidRate' | 'fluidShare'>,
  aim: number,
): string {
  if (reached === undefined)
    return `No deadline is known to reach ${target}${fluidRate.reason ? `: ${fluidRate.reason}` : ''}`;
  if (reached <= deadline) return `${chosen(deadline)} per token is kept by ${target}; ${duration(reached)} would do`;
  // What a first token that came early lends is not counted here.
  if ((fluidShare.value ?? 0) >= aim)
    return `Without the head start of an early first token, ${target} would take ${duration(reached)} per token`;
  return `Reaching ${target} would take a deadline of ${duration(reached)} per token`;
}

function rateInterval({ summary }: ScoredRun): string {
  const { low, high } = summary.headline.fluidRate;
  if (low === undefined && high === undefined) return '';
  const deadline = (rate: number | undefined): number | undefined =>
    rate === undefined || rate <= 0 ? undefined : 1000 / rate;
  return ` (95% interval ${interval(deadline(high), deadline(low), 'ms')})`;
}

/** Value of a step curve at `x`: the last one not after it. */
function at(xs: readonly number[], ys: readonly number[], x: number): number {
  let value = 0;
  for (let i = 0; i < xs.length && (xs[i] ?? 0) <= x + 1e-9; i++) value = ys[i] ?? value;
  return value;
}

const thin = (values: readonly number[]): number[] => {
  const step = Math.max(1, Math.ceil(values.length / 24));
  return values.map((_, i) => i).filter((i) => i % step === 0 || i === values.length - 1);
};
