import type { Nanoseconds } from '../core/units.ts';
import { orderStatistic } from '../metrics/order-statistic.ts';
import { mean, median } from './prefill-levels.ts';
import { judgeSeries, type SeriesVerdict } from './steady-series.ts';

/** What of a request tells whether the run had settled. */
export interface SteadyPoint {
  readonly issuedAt: Nanoseconds;
  readonly endedAt: Nanoseconds;
  /** Absent where a request gives the signal no meaning. */
  readonly tpot_ms?: number;
  readonly ttft_ms?: number;
}

/** Where a run was in steady state, by issue time, or why it never was. */
export type SteadyState =
  | {
      readonly verdict: 'steady';
      /** Requests issued in [from, to) count. */
      readonly from: Nanoseconds;
      readonly to: Nanoseconds;
      readonly requests: number;
      readonly explain: string;
    }
  | { readonly verdict: 'none'; readonly reason: UnsteadyReason; readonly explain: string };

export type UnsteadyReason = 'too short' | 'still settling' | 'drifting' | 'level shift';

interface Signal {
  readonly key: 'tpot_ms' | 'ttft_ms';
  readonly label: string;
  /** Changes of its level below this share are ignored. */
  readonly tolerance: number;
}

/** Token time is the quieter signal; waiting time swings by itself, so it must move further to say something. */
const signals: readonly Signal[] = [
  { key: 'tpot_ms', label: 'time per token', tolerance: 0.05 },
  { key: 'ttft_ms', label: 'time to first token', tolerance: 0.25 },
];

const fewestRequests = 100;
const mostBatches = 40;
const requestsPerBatch = 5;
/** A run shorter than this many of its slower answers has hardly turned over once. */
const turnovers = 3;

/**
 * Tests a run for steady state (methods: standards.md 3). Requests are ordered by issue time and cut
 * into batches; the window leaves out the warm-up that the data shows and the last requests, which
 * finish while the load dies down. It is chosen by stability alone, never by the value it gives.
 */
export function steadyState(points: readonly SteadyPoint[]): SteadyState {
  const ordered = [...points].sort((a, b) => a.issuedAt - b.issuedAt);
  const kept = ordered.slice(0, beforeTheEnd(ordered));
  const short = tooShort(ordered, kept);
  if (short !== undefined) return { verdict: 'none', reason: 'too short', explain: short };
  const batches = batchesOf(kept);
  const judged = signals.flatMap((signal) => {
    const series = batches.map((batch) => median(batch.flatMap((point) => point[signal.key] ?? [])));
    const known = batches.every((batch) => batch.some((point) => point[signal.key] !== undefined));
    return known && mean(series) > 0 ? [{ signal, verdict: judgeSeries(series, signal.tolerance) }] : [];
  });
  const bad = judged.find(({ verdict }) => verdict.kind !== 'steady');
  if (bad) return unsteady(bad.signal, bad.verdict, batches);
  const first = Math.max(0, ...judged.map(({ verdict }) => (verdict.kind === 'steady' ? verdict.from : 0)));
  const window = batches.slice(first).flat();
  const from = window[0]?.issuedAt ?? (0 as Nanoseconds);
  const to = ((window.at(-1)?.issuedAt ?? 0) + 1) as Nanoseconds;
  return {
    verdict: 'steady',
    from: first === 0 ? (ordered[0]?.issuedAt ?? from) : from,
    to,
    requests: window.length,
    explain: `${first === 0 ? 'no warm-up was seen' : `the first ${window.length === 0 ? 0 : ordered.indexOf(window[0] as SteadyPoint)} requests are warm-up`}; the last ${ordered.length - kept.length} finished while the load died down`,
  };
}

/** Requests issued so late that a slow answer would have finished after the last send. */
function beforeTheEnd(ordered: readonly SteadyPoint[]): number {
  const last = ordered.at(-1)?.issuedAt ?? 0;
  const slow = slowAnswer(ordered);
  const found = ordered.findIndex(({ issuedAt }) => issuedAt > last - slow);
  return found < 0 ? ordered.length : found;
}

const slowAnswer = (points: readonly SteadyPoint[]): number =>
  orderStatistic(Float64Array.from(points, ({ issuedAt, endedAt }) => endedAt - issuedAt).sort(), 0.95) ?? 0;

function tooShort(ordered: readonly SteadyPoint[], kept: readonly SteadyPoint[]): string | undefined {
  if (kept.length < fewestRequests) {
    return `${kept.length} requests were issued early enough to finish under load; ${fewestRequests} are needed`;
  }
  const span = (ordered.at(-1)?.issuedAt ?? 0) - (ordered[0]?.issuedAt ?? 0);
  const slow = slowAnswer(ordered);
  if (span >= turnovers * slow) return undefined;
  return `requests were issued for ${(span / 1e9).toFixed(1)} s, less than ${turnovers} times what a slow answer takes (${(slow / 1e9).toFixed(1)} s)`;
}

function batchesOf(points: readonly SteadyPoint[]): SteadyPoint[][] {
  const count = Math.min(mostBatches, Math.floor(points.length / requestsPerBatch));
  return Array.from({ length: count }, (_, i) =>
    points.slice(Math.floor((i * points.length) / count), Math.floor(((i + 1) * points.length) / count)),
  );
}

function unsteady(signal: Signal, verdict: SeriesVerdict, batches: readonly (readonly SteadyPoint[])[]): SteadyState {
  const percent = (share: number): string => `${Math.abs(share * 100).toFixed(0)} %`;
  const direction = (share: number): string => (share > 0 ? 'rose' : 'fell');
  switch (verdict.kind) {
    case 'level shift': {
      const at = ((batches[verdict.at]?.[0]?.issuedAt ?? 0) / 1e9).toFixed(1);
      const explain = `${signal.label} ${direction(verdict.change)} by ${percent(verdict.change)} at ${at} s and stayed there`;
      return { verdict: 'none', reason: 'level shift', explain };
    }
    case 'drifting':
    case 'still settling': {
      const explain = `${signal.label} ${direction(verdict.change)} by ${percent(verdict.change)} over the run${verdict.kind === 'drifting' ? '' : ', more slowly towards its end'}`;
      return { verdict: 'none', reason: verdict.kind, explain };
    }
    case 'steady':
      throw new TypeError('a steady series is no reason');
    default:
      return verdict satisfies never;
  }
}
