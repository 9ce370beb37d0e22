import { MetronError } from '../../core/errors.ts';
import type { RequestRecord } from '../../core/record.ts';
import { nanosecondsPerSecond } from '../../core/units.ts';

/** Tokens of one answer: when each event with tokens came, and how many there had been by then. */
interface Stream {
  readonly prompt: number;
  readonly at: readonly number[];
  readonly tokens: readonly number[];
}

/** Gap between tokens of streams that decode together, seconds, and how much context they had on average. */
export interface DecodeProbe {
  readonly seconds: number;
  readonly context: number;
  readonly streams: number;
}

/** From requests that were served together: the median of their gaps while all of them decode. */
export function decodeProbe(records: readonly RequestRecord[]): DecodeProbe {
  const streams = completed(records).map(streamOf);
  const from = Math.max(...streams.map(({ at }) => at[0] ?? 0));
  const to = Math.min(...streams.map(({ at }) => at.at(-1) ?? 0));
  const inside = streams.map((stream) => gapWithin(stream, from, to));
  const gaps = inside.flatMap(({ gap }) => (gap === undefined ? [] : [gap]));
  if (gaps.length < streams.length || gaps.length === 0) {
    throw new MetronError('PROBE_FAILED', `the ${records.length} streams of a probe did not decode at the same time`, {
      hint: 'does the server take so many requests at once, and is nothing else asking it?',
    });
  }
  const context = mean(inside.map(({ context: tokens }) => tokens));
  return { seconds: median(gaps) / nanosecondsPerSecond, context, streams: streams.length };
}

/** One stream at a time: the median of the gaps and of the contexts. */
export function singleProbe(records: readonly RequestRecord[]): DecodeProbe {
  const alone = completed(records).map((record) => decodeProbe([record]));
  return {
    seconds: median(alone.map(({ seconds }) => seconds)),
    context: median(alone.map(({ context }) => context)),
    streams: 1,
  };
}

/** Median time to the first token of isolated requests, seconds, and the tokens of their prompts. */
export function firstTokenProbe(records: readonly RequestRecord[]): { seconds: number; tokens: number } {
  const streams = completed(records).map((record) => ({ stream: streamOf(record), sentAt: record.sentAt ?? 0 }));
  const waits = streams.map(({ stream, sentAt }) => (stream.at[0] ?? sentAt) - sentAt);
  return {
    seconds: median(waits) / nanosecondsPerSecond,
    tokens: median(streams.map(({ stream }) => stream.prompt)),
  };
}

function completed(records: readonly RequestRecord[]): readonly RequestRecord[] {
  const whole = records.filter(({ outcome, sentAt }) => outcome.status === 'completed' && sentAt !== undefined);
  if (whole.length === records.length && whole.length > 0) return whole;
  throw new MetronError('PROBE_FAILED', `only ${whole.length} of the ${records.length} requests of a probe completed`, {
    hint: 'the run folder of the probe says why',
  });
}

function streamOf({ prompt, chunks }: RequestRecord): Stream {
  const at: number[] = [];
  const tokens: number[] = [];
  let total = 0;
  for (let i = 0; i < chunks.at.length; i++) {
    const own = chunks.tokens[i] ?? 0;
    if (own === 0) continue;
    total += own;
    at.push(chunks.at[i] ?? 0);
    tokens.push(total);
  }
  return { prompt: prompt.reported ?? prompt.local ?? prompt.asked ?? 0, at, tokens };
}

/** Mean gap between tokens from the first event at or after `from` to the last until `to`. */
function gapWithin({ prompt, at, tokens }: Stream, from: number, to: number): { gap?: number; context: number } {
  const first = at.findIndex((time) => time >= from);
  const last = at.findLastIndex((time) => time <= to);
  const [start = 0, end = 0] = [tokens[first], tokens[last]];
  const context = prompt + (start + end) / 2;
  return end > start ? { gap: ((at[last] ?? 0) - (at[first] ?? 0)) / (end - start), context } : { context };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
