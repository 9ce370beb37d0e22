import type { Drawn } from '../figure.ts';
import { chosenNumber, count, number, plural, share } from '../format.ts';
import { ascending, orderStatistic, rounded, shareUpTo } from '../order.ts';
import { type ScoredRun, sampleNote } from '../scored-run.ts';

export interface FluidityDistribution {
  /** Fluidity-index and share of requests at or below it, ascending; a step curve. */
  readonly points: readonly (readonly [number, number])[];
  readonly fluidFrom: number;
  /** Share strictly below `fluidFrom`. */
  readonly short: number;
  /** Half-width of the 95 % band for the whole curve (Dvoretzky–Kiefer–Wolfowitz). */
  readonly band: number;
  readonly n: number;
}

const subtitle =
  'Share of requests with a fluidity-index at or below each value. A curve that hugs the bottom right is good.';

/** Fluidity-index of every counted request; a failed one is 0. */
export function fluidityDistribution(run: ScoredRun): Drawn<FluidityDistribution> {
  const { counted, policy, summary } = run;
  const title = 'Fluidity has no distribution here';
  if (!summary.headline.fluidityMeaningful && summary.requests.completed > 0) {
    return { title, subtitle, empty: 'The answers came all at once, so no deadline says anything about reading.' };
  }
  const values = counted.flatMap(({ failed, fluidity }) => (failed ? [0] : (fluidity ?? [])));
  if (values.length === 0) {
    const empty = counted.length === 0 ? 'No request was measured.' : 'No answer had a deadline to meet.';
    return { title, subtitle, empty };
  }
  const sorted = ascending(values);
  const n = sorted.length;
  const shortCount = sorted.filter((value) => value < policy.fluidFrom).length;
  const failed = counted.filter((request) => request.failed).length;
  const undefinedCount = counted.length - n;
  const short = shortCount / n;
  return {
    title: finding(shortCount, n, policy.fluidFrom),
    subtitle,
    note: [
      `n = ${plural(n, 'request')}.`,
      failed > 0
        ? `${count(failed)} failed or cut-off ${failed === 1 ? 'request counts' : 'requests count'} as 0.`
        : '',
      undefinedCount > 0 ? `${plural(undefinedCount, 'answer')} without a deadline left out.` : '',
      'Band: 95% for the whole curve (DKW).',
    ]
      .filter((part) => part !== '')
      .join(' ')
      .concat(sampleNote(run)),
    alt: `Cumulative distribution of the fluidity-index. ${share(short)} of ${count(n)} requests are below ${number(policy.fluidFrom)}; the median is ${number(orderStatistic(sorted, 0.5))}.`,
    table: {
      head: ['Fluidity at most', 'Share of requests', 'Requests'],
      rows: [0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 1].map((value) => {
        const at = shareUpTo(sorted, value);
        return [String(value), share(at), count(Math.round(at * n))];
      }),
    },
    data: {
      points: steps(sorted),
      fluidFrom: policy.fluidFrom,
      short: rounded(short, 5),
      band: rounded(Math.sqrt(Math.log(2 / 0.05) / (2 * n)), 5),
      n,
    },
  };
}

function finding(short: number, n: number, from: number): string {
  const limit = chosenNumber(from);
  if (n === 1) return short === 0 ? 'The one answer is fluid' : `The one answer falls short of ${limit}`;
  if (short === 0) return `All ${count(n)} answers reach ${limit}`;
  if (short === n) return `None of ${count(n)} answers reaches ${limit}`;
  return `${share(short / n)} of answers fall short of ${limit}`;
}

/** One point per distinct value on a grid of thousandths. */
function steps(sorted: Float64Array): [number, number][] {
  const points: [number, number][] = [];
  sorted.forEach((value, i) => {
    const x = Math.floor(value * 1000) / 1000;
    const y = rounded((i + 1) / sorted.length, 5);
    const last = points.at(-1);
    if (last && last[0] === x) last[1] = y;
    else points.push([x, y]);
  });
  return points;
}
