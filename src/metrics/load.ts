import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerSecond } from '../core/units.ts';
import type { LoadSummary } from './summary.ts';
import type { WindowFacts } from './window.ts';

/** What was offered, what left and what was under way inside the measured window. */
export function loadSummary(records: readonly RequestRecord[], window: WindowFacts): LoadSummary {
  const { seconds } = window;
  const sends = Float64Array.from(
    records
      .map(({ sentAt }) => sentAt)
      .filter((at) => at !== undefined && at >= window.from && at <= window.to) as number[],
  ).sort();
  const gapCv = variationOf(gapsOf(sends));
  const dispersion = dispersionOf(sends, window);
  return {
    window_s: seconds,
    ...(seconds > 0
      ? {
          offered_per_s: window.scheduled / seconds,
          sent_per_s: window.sent / seconds,
          completed_per_s: window.completed / seconds,
        }
      : {}),
    ...(gapCv === undefined ? {} : { sentGapCv: gapCv }),
    ...(dispersion === undefined ? {} : { dispersion }),
    ...inFlight(records, window),
  };
}

const gapsOf = (ascending: Float64Array): Float64Array =>
  ascending.length < 2 ? new Float64Array(0) : ascending.subarray(1).map((time, i) => time - (ascending[i] as number));

function moments(values: Float64Array): { mean: number; variance: number } | undefined {
  if (values.length < 2) return undefined;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / (values.length - 1) };
}

/** Standard deviation ÷ mean: 1 for Poisson arrivals, 0 for a steady beat. */
function variationOf(values: Float64Array): number | undefined {
  const found = moments(values);
  return found === undefined || found.mean === 0 ? undefined : Math.sqrt(found.variance) / found.mean;
}

/** Variance ÷ mean of the sends per whole second of the window: 1 for Poisson arrivals. */
function dispersionOf(sends: Float64Array, window: WindowFacts): number | undefined {
  const bins = new Float64Array(Math.floor(window.seconds));
  for (const at of sends) {
    const bin = Math.floor((at - window.from) / nanosecondsPerSecond);
    if (bin < bins.length) bins[bin] = (bins[bin] as number) + 1;
  }
  const found = moments(bins);
  return found === undefined || found.mean === 0 ? undefined : found.variance / found.mean;
}

function inFlight(
  records: readonly RequestRecord[],
  { from, to, seconds }: WindowFacts,
): Pick<LoadSummary, 'inFlightMean' | 'inFlightMax'> {
  const starts: number[] = [];
  const ends: number[] = [];
  let busy = 0;
  for (const { sentAt, endedAt } of records) {
    if (sentAt === undefined || sentAt > to || (endedAt ?? to) < from) continue;
    const start = Math.max(from, sentAt);
    const end = Math.min(to, endedAt ?? to);
    busy += Math.max(0, end - start);
    starts.push(start);
    ends.push(end);
  }
  if (starts.length === 0) return {};
  const max = mostAtOnce(Float64Array.from(starts).sort(), Float64Array.from(ends).sort());
  return { ...(seconds > 0 ? { inFlightMean: busy / (to - from) } : {}), inFlightMax: max };
}

function mostAtOnce(starts: Float64Array, ends: Float64Array): number {
  let most = 0;
  let ended = 0;
  for (let started = 0; started < starts.length; started++) {
    while (ended < ends.length && (ends[ended] as number) < (starts[started] as number)) ended++;
    most = Math.max(most, started + 1 - ended);
  }
  return most;
}
