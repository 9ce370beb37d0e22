import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerSecond } from '../core/units.ts';
import { NumberList } from './number-list.ts';
import type { LoadSummary } from './summary.ts';
import type { WindowFacts } from './window.ts';

/** What was offered, what left and what was under way inside the measured window. */
export function loadSummary(records: readonly RequestRecord[], window: WindowFacts): LoadSummary {
  const { seconds } = window;
  const sends = sendsWithin(records, window);
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

/** Ascending. */
function sendsWithin(records: readonly RequestRecord[], { from, to }: WindowFacts): Float64Array {
  const sends = new NumberList();
  for (const { sentAt } of records) if (sentAt !== undefined && sentAt >= from && sentAt <= to) sends.push(sentAt);
  return sends.values.sort();
}

const gapsOf = (ascending: Float64Array): Float64Array =>
  ascending.length < 2 ? new Float64Array(0) : ascending.subarray(1).map((time, i) => time - (ascending[i] as number));

function moments(values: Float64Array): { mean: number; variance: number } | undefined {
  if (values.length < 2) return undefined;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2;
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
  for (let i = 0; i < sends.length; i++) {
    const bin = Math.floor(((sends[i] as number) - window.from) / nanosecondsPerSecond);
    if (bin < bins.length) bins[bin] = (bins[bin] as number) + 1;
  }
  const found = moments(bins);
  return found === undefined || found.mean === 0 ? undefined : found.variance / found.mean;
}

function inFlight(
  records: readonly RequestRecord[],
  { from, to, seconds }: WindowFacts,
): Pick<LoadSummary, 'inFlightMean' | 'inFlightMax'> {
  const starts = new NumberList();
  const ends = new NumberList();
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
  const max = mostAtOnce(starts.values.sort(), ends.values.sort());
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
