// What the benchmarks of the instrument share: loads against the stamped source, and how figures are printed.
import { loadavg } from 'node:os';
import { runTrial } from '../../dist/selftest/trial.js';

/**
 * `streams` streams of `rate` tokens/s together. They start over `ramp` seconds, then run `hold` seconds; errors and CPU
 * are those of the time in which all of them run.
 */
export async function trial({
  streams = 1000,
  rate,
  phases = 'random',
  hold = 3,
  ramp = 1,
  workers = 1,
  stamps,
  tls,
  extra,
}) {
  const gap = Math.round((streams / rate) * 1e9);
  const tokens = Math.max(2, Math.ceil((ramp + hold) / (gap / 1e9)));
  const due = Float64Array.from({ length: streams }, (_, i) => Math.round((i / streams) * ramp * 1e9));
  const [from, to] = [(ramp + 0.3) * 1e9, (ramp + hold) * 1e9];
  const requests = merge({ due, tokens: new Uint32Array(streams).fill(tokens) }, extra?.(from, to));
  const result = await runTrial({
    source: { tokens, gap, firstTokenAfter: 5e6, phases, ...(tls && { tls }) },
    requests,
    workers,
    connections: Math.min(requests.due.length, streams + 200),
    window: { from, to },
    ...(stamps && { stamps }),
  });
  const inside = (_, i) => result.sentAt[i] >= from && result.sentAt[i] < to;
  const errors = result.errors.filter(inside).sort();
  const client = result.errors
    .map((error, i) => error + result.delays[i])
    .filter(inside)
    .sort();
  const received = errors.length / ((to - from) / 1e9);
  const utilisation = Math.max(...result.facts.loops.map((loop) => loop?.utilisation ?? 1));
  return {
    result,
    received,
    error: spread(errors),
    userError: spread(client),
    /** Nanoseconds of the whole process per token. */
    cpuPerToken: result.cpu / errors.length,
    cpu: result.cpu,
    tokens: errors.length,
    utilisation,
    lost: result.tokensSent - result.tokensFound,
    path: result.facts.paths[0],
  };
}

function merge(a, b) {
  if (!b) return a;
  const all = [...a.due].map((at, i) => [at, a.tokens[i]]).concat([...b.due].map((at, i) => [at, b.tokens[i]]));
  all.sort(([x], [y]) => x - y);
  return { due: Float64Array.from(all, ([at]) => at), tokens: Uint32Array.from(all, ([, count]) => count) };
}

/** Order statistics of sorted numbers. */
export const spread = (sorted) => {
  const at = (p) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1), n: sorted.length };
};

/** The middle one, the lower of two. */
export const median = (values) => values.slice().sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Nanoseconds in words. */
export const time = (ns) =>
  ns === undefined || Number.isNaN(ns)
    ? '–'
    : Math.abs(ns) < 1e6
      ? `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} µs`
      : `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 0)} ms`;

/** A figure beside what must be reached and the floor measured beside it. */
export function line(name, value, target, floor) {
  const ratio = (value / target).toFixed(2);
  console.log(
    `${value <= target ? 'ok  ' : 'MISS'}  ${name.padEnd(52)} ${time(value).padStart(9)}  target ${time(target)} (×${ratio})${
      floor ? `, floor ${time(floor)} (×${(value / floor).toFixed(1)})` : ''
    }`,
  );
}

export function machine() {
  console.log(
    `load average ${loadavg()
      .map((value) => value.toFixed(1))
      .join(' ')}, Node ${process.version}`,
  );
}
