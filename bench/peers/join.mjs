// What a tool reported beside what the source did. Nanoseconds.
import { trueFirstToken } from './work.mjs';

/**
 * @typedef {object} ReportedStream One answer as a tool reports it; what it does not keep is absent.
 * @property {number} [sentAt] its own time of the send, on the monotonic clock
 * @property {number} [ttft] its time to the first token
 * @property {number[]} [at] its time of each token, on the monotonic clock
 * @property {number[]} [gaps] its time from each token to the next
 * @property {number[]} [stamps] what the source says it sent the tokens at: it is in the text of each
 */

/** The times the source wrote into an answer's text. */
export const stampsIn = (text) => [...text.matchAll(/\d{16}/g)].map(([digits]) => Number(digits));

/** Order statistics and mean of numbers in any order; absent where there are none. */
export function statistics(values) {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (p) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  return {
    p50: at(0.5),
    p99: at(0.99),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    n: sorted.length,
  };
}

/** Streams without stamps get those of the source's log: first to come, first in the log. */
function withStamps(streams, log) {
  if (streams.every(({ stamps }) => stamps)) return streams;
  const sent = [...log].sort((a, b) => a.receivedAt - b.receivedAt);
  return [...streams]
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map((stream, i) => ({ ...stream, stamps: stream.stamps ?? (sent[i] ? [...sent[i].sentAt] : undefined) }));
}

/** Adds how far each value is from its truth, where a tool kept one for each. */
function compare(values, truths, into) {
  if (values?.length !== truths.length) return;
  for (let i = 0; i < truths.length; i++) into.push(Math.abs(values[i] - truths[i]));
}

const gapsOf = (times) => times?.slice(1).map((time, i) => time - times[i]);

/** Errors of a tool: absolute for times and gaps of tokens, with their sign for the first token. */
export function joinStreams(streams, log) {
  const times = [];
  const gaps = [];
  const firsts = [];
  const ttfts = [];
  const reported = [];
  for (const { sentAt, ttft, at, gaps: kept, stamps } of withStamps(streams, log)) {
    const found = kept ?? gapsOf(at);
    if (ttft !== undefined) ttfts.push(ttft);
    for (const gap of found ?? []) reported.push(gap);
    if (stamps === undefined || stamps.length === 0) continue;
    compare(at, stamps, times);
    compare(found, gapsOf(stamps), gaps);
    if (sentAt !== undefined && ttft !== undefined) firsts.push(ttft - (stamps[0] - sentAt));
  }
  const ttft = statistics(ttfts);
  return {
    ttft,
    ...(ttft && { ttftError: ttft.mean - trueFirstToken }),
    ttftFromSend: statistics(firsts),
    tokenTimes: statistics(times),
    tokenGaps: statistics(gaps),
    /** As reported: 20 ms each is the truth. */
    gapsReported: statistics(reported),
  };
}

/** Tokens that the source sent, and how many a second over the time from the first request to the last of them. */
export function deliveredBy(log, streams) {
  const tokens = log.reduce((sum, { sentAt }) => sum + sentAt.filter((at) => at > 0).length, 0);
  if (tokens === 0) return { tokens };
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { receivedAt, sentAt } of log) {
    from = Math.min(from, receivedAt);
    to = Math.max(to, sentAt.at(-1) ?? 0);
  }
  for (const { at } of streams) to = Math.max(to, at?.at(-1) ?? 0);
  return { tokens, rate: tokens / ((to - from) / 1e9) };
}
