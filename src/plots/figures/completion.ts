import type { Drawn } from '../figure.ts';
import { chosenShare, count, duration, plural, share } from '../format.ts';
import { evenly, rounded } from '../order.ts';
import type { ScoredRun } from '../scored-run.ts';

export interface Completion {
  readonly time_ms: readonly number[];
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  readonly ceiling: number;
  readonly n: number;
}

const subtitle =
  'Share of all scheduled requests that had completed, or failed, by a time after they were due (Aalen–Johansen).';
const mostPoints = 400;
/** The curve is a sum of many small steps. */
const whole = 1 - 1e-9;

/** Percentiles of completed requests are conditional on completing; this curve is not. */
export function completion({ summary }: ScoredRun): Drawn<Completion> {
  const { completionIncidence: curve, requests } = summary;
  const ceiling = curve.ceiling > whole ? 1 : curve.ceiling;
  if (curve.n === 0 || curve.time_ms.length === 0) {
    const empty = curve.n === 0 ? 'No request was measured.' : 'No request ended within the run.';
    return { title: 'When requests end', subtitle, empty };
  }
  const places = evenly(
    curve.time_ms.map((_, i) => i),
    mostPoints,
  );
  const pick = (values: readonly number[], digits: number): number[] =>
    places.map((i) => rounded(values[i] ?? 0, digits));
  const quantile = (p: number): string => {
    const i = curve.completed.findIndex((value) => value >= p - 1e-12);
    return i < 0 ? 'not reached' : duration(curve.time_ms[i]);
  };
  return {
    title: finding(ceiling, requests.failed, requests.scheduled, quantile),
    subtitle,
    note: `n = ${plural(curve.n, 'scheduled request')}; ${count(requests.failed)} failed, ${count(requests.censored)} cut off by the end of the run.${ceiling === 1 ? '' : ` No percentile above ${share(ceiling)} exists.`}`,
    alt: `Completion-incidence curve: it ends at ${share(ceiling)} completed and ${share(curve.failed.at(-1))} failed of ${count(curve.n)} requests.`,
    table: {
      head: ['Completed', 'Within'],
      rows: [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99].map((p) => [chosenShare(p), quantile(p)]),
    },
    data: {
      time_ms: pick(curve.time_ms, 2),
      completed: pick(curve.completed, 5),
      failed: pick(curve.failed, 5),
      ceiling,
      n: curve.n,
    },
  };
}

function finding(ceiling: number, failed: number, scheduled: number, quantile: (p: number) => string): string {
  if (ceiling === 0) return failed === scheduled ? 'No request completed' : 'No request completed within the run';
  const half = ceiling >= 0.5 ? `, half within ${quantile(0.5)}` : '';
  if (failed === 0) return ceiling === 1 ? `Every request completed${half}` : `No request failed${half}`;
  return `${share(ceiling)} of requests completed${half}; ${count(failed)} failed`;
}
