// Loads that the benchmarks of the instrument put on our client, and on the client in C that shows what is possible.
import { runTrial } from '../../dist/selftest/trial.js';
import { cPrograms, readInC, startCSource } from './c-programs.mjs';
import { startHttp2Source } from './h2-source.mjs';

/**
 * `streams` streams of `rate` tokens/s together. They start over `ramp` seconds, then run `hold` seconds; what is
 * judged is the time in which all of them run. In it, `shorts` requests a second of one token each come on top.
 */
function shape({ streams = 1000, rate, phases = 'random', hold = 3, ramp = 1 }) {
  const gap = Math.round((streams / rate) * 1e9);
  const tokens = Math.max(2, Math.ceil((ramp + hold) / (gap / 1e9)));
  const window = { from: (ramp + 0.3) * 1e9, to: (ramp + hold) * 1e9 };
  return { streams, ramp: ramp * 1e9, source: { tokens, gap, firstTokenAfter: 5e6, phases }, window };
}

/** Our client under such a load, against the source in TypeScript (`ts`) or in C (`c`). */
export async function trial({ workers = 1, stamps, tls, http, shorts = 0, source = 'ts', ...load }) {
  const { streams, ramp, source: options, window } = shape(load);
  const due = Float64Array.from({ length: streams }, (_, i) => Math.round((i / streams) * ramp));
  const long = { due, tokens: new Uint32Array(streams).fill(options.tokens) };
  const requests = merge(long, steady(shorts, window));
  const result = await runTrial({
    source: { ...options, ...(tls && { tls }) },
    ...(http === '2' ? { startSource: startHttp2Source } : startOf(source)),
    requests,
    workers,
    connections: Math.min(requests.due.length, streams + 200),
    window,
    ...(stamps && { stamps }),
    ...(http && { http }),
  });
  return { ...judge(result, window), result };
}

/** How `runTrial` starts that source. */
export const startOf = (source) => (source === 'c' ? { startSource: startCSource } : {});

/** The client in C under the same load against the source in C; undefined where no compiler is. */
export async function floorTrial({ stamps = 'kernel', shorts = 0, sender = 'loop', ...load }) {
  if ((await cPrograms()).missing) return undefined;
  const { streams, ramp, source, window } = shape(load);
  const words = { streams, tokens: source.tokens, ramp, ...window, shorts, stamps, sender };
  const found = await readInC(source, words);
  return { ...found, ...ratesOf(found.tokens, found.cpu, window), path: stamps === 'kernel' ? 'A' : 'B' };
}

function judge(result, window) {
  const inside = (_, i) => result.sentAt[i] >= window.from && result.sentAt[i] < window.to;
  const errors = result.errors.filter(inside).map(Math.abs);
  const userErrors = result.errors.map((error, i) => error + result.delays[i]).filter(inside);
  return {
    error: spread(errors),
    userError: spread(userErrors),
    lateness: spread(result.lateness),
    ...ratesOf(errors.length, result.cpu, window),
    utilisation: Math.max(...result.facts.loops.map((loop) => loop?.utilisation ?? 1)),
    lost: result.tokensSent - result.tokensFound,
    path: result.facts.paths[0],
  };
}

/** Tokens/s received, and processor time of the whole process per token and per second, nanoseconds. */
function ratesOf(tokens, cpu, { from, to }) {
  const seconds = (to - from) / 1e9;
  return { received: tokens / seconds, cpuPerToken: cpu / tokens, cpuPerSecond: cpu / seconds };
}

/** Short answers at a constant rate, over the given time. */
function steady(rate, { from, to }) {
  const count = Math.floor(((to - from) / 1e9) * rate);
  return {
    due: Float64Array.from({ length: count }, (_, i) => Math.round(from + (i / rate) * 1e9)),
    tokens: new Uint32Array(count).fill(1),
  };
}

function merge(a, b) {
  const all = [...a.due].map((at, i) => [at, a.tokens[i]]).concat([...b.due].map((at, i) => [at, b.tokens[i]]));
  all.sort(([x], [y]) => x - y);
  return { due: Float64Array.from(all, ([at]) => at), tokens: Uint32Array.from(all, ([, count]) => count) };
}

/** Order statistics and mean. */
export function spread(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (p) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1), mean, n: sorted.length };
}
