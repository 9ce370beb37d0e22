// How fast a run is scored, records in memory: `node bench/score.mjs [requests] [tokens per request]`.
// Making the records and the paper's miss-rate curve are timed apart.
import { performance } from 'node:perf_hooks';
import { randomStream } from '../dist/core/random.js';
import { acceptanceCurve, defaultPolicy, scoreRun } from '../dist/metrics/index.js';

/** Seconds in which a million requests of a hundred tokens must be scored on one core. */
const budget = 10;
const budgetTokens = 1e8;

const requests = Number(process.argv[2] ?? 1_000_000);
const tokens = Number(process.argv[3] ?? 100);

/**
 * One-token chunks about 25 ms apart; one answer in ten stalls for up to two seconds. Open loop, 100 requests/s.
 * @param {number} count
 * @param {number} length
 * @returns {import('../dist/core/record.js').RequestRecord[]}
 */
function makeRecords(count, length) {
  const random = randomStream(1, 'bench');
  const times = new Float64Array(count * length);
  const sizes = new Uint16Array(count * length).fill(1);
  const kinds = new Uint8Array(count * length);
  const zeros = new Uint32Array(length);
  return Array.from({ length: count }, (_, id) => {
    const scheduledAt = id * 1e7;
    const stallAt = random.next() < 0.1 ? random.below(length) : -1;
    let now = scheduledAt + 2e8 + Math.floor(random.next() * 3e8);
    const from = id * length;
    for (let i = 0; i < length; i++) {
      now += 2e7 + Math.floor(random.next() * 1e7) + (i === stallAt ? Math.floor(random.next() * 2e9) : 0);
      times[from + i] = now;
    }
    return /** @type {any} */ ({
      id,
      phase: 'measure',
      scheduledAt,
      sentAt: scheduledAt + 20_000,
      firstByteAt: times[from],
      endedAt: now,
      prompt: { asked: 512, local: 512, reported: 520 },
      output: { asked: length, total: length, totalSource: 'usage', chunkSource: 'continuous-usage', reported: length },
      chunks: {
        at: times.subarray(from, from + length),
        tokens: sizes.subarray(from, from + length),
        kind: kinds.subarray(from, from + length),
        bytes: zeros,
        read: zeros,
      },
      outcome: { status: 'completed', finishReason: 'length' },
    });
  });
}

/**
 * @template T
 * @param {() => T} work
 * @returns {[T, { wall: number, cpu: number }]} result and seconds; CPU time includes the collector's threads
 */
function timed(work) {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }];
}

/** @param {number} value */
const per = (value) => Math.round(value).toLocaleString('en-US');

const records = makeRecords(requests, tokens);
const headline = () => scoreRun(records, defaultPolicy, { missRateCurve: false, metrics: 'headline' });
const [summary, { wall, cpu }] = timed(headline);
const [everything, all] = timed(() => scoreRun(records, defaultPolicy, { missRateCurve: false }));
const [, curve] = timed(() => acceptanceCurve(records, defaultPolicy));
const floor = budget * ((requests * tokens) / budgetTokens);
console.log(
  `headline metrics of ${per(requests)} requests of ${tokens} tokens in ${wall.toFixed(2)} s (${cpu.toFixed(2)} s of CPU)`,
);
console.log(`  ${per(requests / wall)} requests/s, ${per((requests * tokens) / wall)} tokens scored per second`);
console.log(`  ${(wall / floor).toFixed(2)} of the budget of ${floor.toFixed(2)} s (${budget} s for 10^8 tokens)`);
console.log(`  fluid rate ${summary.headline.fluidRate.value?.toFixed(2)} tokens/s, ${summary.metrics.length} metrics`);
console.log(`all ${everything.metrics.length} metrics: ${all.wall.toFixed(2)} s (${all.cpu.toFixed(2)} s of CPU)`);
console.log(`acceptance curve with the paper's series: ${curve.wall.toFixed(2)} s (${curve.cpu.toFixed(2)} s of CPU)`);
