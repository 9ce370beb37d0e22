import type { RequestRecord } from '../core/record.ts';
import { type Nanoseconds, nanosecondsPerSecond } from '../core/units.ts';
import { promptTokensOf } from './timeline.ts';

/** What moved inside the measured window, whichever request it belongs to. */
export interface WindowFacts {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  readonly seconds: number;
  readonly scheduled: number;
  readonly sent: number;
  readonly completed: number;
  /** Tokens by their arrival. */
  readonly outputTokens: number;
  /** Prompt tokens by the arrival of the first output token, all and those not from a prefix cache. */
  readonly promptTokens: number;
  readonly uncachedPromptTokens: number;
  /** Whether the server said for any of them what its cache answered. */
  readonly cacheKnown: boolean;
}

export interface WindowBounds {
  readonly measureFrom?: Nanoseconds;
  readonly measureTo?: Nanoseconds;
}

/** The window as given; what is not given spans the measured requests. */
export function windowOf(measured: readonly RequestRecord[], bounds: WindowBounds): { from: number; to: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const record of measured) {
    first = Math.min(first, record.scheduledAt);
    last = Math.max(last, record.endedAt ?? record.scheduledAt, record.chunks.at[record.chunks.at.length - 1] ?? 0);
  }
  const from = bounds.measureFrom ?? (Number.isFinite(first) ? first : 0);
  return { from, to: Math.max(from, bounds.measureTo ?? (Number.isFinite(last) ? last : from)) };
}

export function windowFacts(
  records: readonly RequestRecord[],
  { from, to }: { from: number; to: number },
): WindowFacts {
  const within = (time: number | undefined): boolean => time !== undefined && time >= from && time <= to;
  let [scheduled, sent, completed, outputTokens, promptTokens, uncachedPromptTokens] = [0, 0, 0, 0, 0, 0];
  let cacheKnown = false;
  for (const record of records) {
    if (within(record.scheduledAt)) scheduled++;
    if (within(record.sentAt)) sent++;
    if (record.outcome.status === 'completed' && within(record.endedAt)) completed++;
    outputTokens += tokensWithin(record, from, to);
    if (!within(firstTokenAt(record))) continue;
    const prompt = promptTokensOf(record) ?? 0;
    promptTokens += prompt;
    uncachedPromptTokens += Math.max(0, prompt - (record.prompt.cached ?? 0));
    cacheKnown ||= record.prompt.cached !== undefined;
  }
  return {
    from: from as Nanoseconds,
    to: to as Nanoseconds,
    seconds: (to - from) / nanosecondsPerSecond,
    scheduled,
    sent,
    completed,
    outputTokens,
    promptTokens,
    uncachedPromptTokens,
    cacheKnown,
  };
}

function firstTokenAt({ chunks: { at, tokens } }: RequestRecord): number | undefined {
  for (let i = 0; i < at.length; i++) if ((tokens[i] as number) > 0) return at[i];
  return undefined;
}

/** Tokens of all channels that arrived inside; chunk counts are scaled to the total where one is known. */
function tokensWithin({ chunks: { at, tokens }, output }: RequestRecord, from: number, to: number): number {
  const n = at.length;
  if (n === 0 || (at[0] as number) > to || (at[n - 1] as number) < from) return 0;
  const whole = (at[0] as number) >= from && (at[n - 1] as number) <= to;
  if (whole && output.total !== undefined) return output.total;
  let inside = 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const size = tokens[i] as number;
    sum += size;
    if ((at[i] as number) >= from && (at[i] as number) <= to) inside += size;
  }
  return output.total === undefined || sum === 0 ? inside : (inside / sum) * output.total;
}
