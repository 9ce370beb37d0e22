// Error of token times, capacity and CPU per token, against stamped sources:
// `node bench/receive.mjs [--repeats 3] [--source ts|c|both]`.
// Our client reads the source in TypeScript and the one in C: where the two differ, it is by the source's own jitter.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cPrograms } from './reference/c-programs.mjs';
import { sources } from './reference/options.mjs';
import { company, count, inTurns, line, machine, over, time } from './reference/print.mjs';
import { floorTrial, trial } from './reference/trial.mjs';

await machine();
const { missing } = await cPrograms();
const written = { ts: 'source in TypeScript', c: 'source in C' };

/** Some runs of the floor and of our client on each source; every run is shown. */
async function measured(name, load) {
  const kinds = load.tls ? {} : { floor: () => floorTrial(load) };
  for (const source of sources) {
    const isLeftOut = source === 'c' && (load.tls || (missing && sources.length > 1));
    if (!isLeftOut) kinds[source] = () => trial({ ...load, source });
  }
  const runs = await inTurns(kinds);
  for (const [kind, all] of Object.entries(runs)) for (const run of all) show(`${name}, ${written[kind] ?? 'C'}`, run);
  return runs;
}

function show(name, run) {
  const { path, received, error, userError, cpuPerToken, lost } = run;
  console.log(
    `      ${name}: path ${path}, ${count(received)} tokens/s, p50 ${time(error.p50)} p99 ${time(error.p99)} ` +
      `p99.9 ${time(error.p999)} max ${time(error.max)}; user space p50 ${time(userError.p50)} p99 ${time(userError.p99)}; ` +
      `${(cpuPerToken / 1e3).toFixed(1)} µs CPU a token, lost ${lost}${company(run)}`,
  );
}

/** One line for each source that was read. */
function lines(name, runs, figure, target, recorded) {
  const floor = over(runs.floor, figure);
  for (const source of sources) {
    const value = over(runs[source], figure);
    if (value) line(`${name} (${written[source]})`, value, target, { floor, recorded });
  }
}

const keptUp = (runs, rate) => over(runs, ({ received }) => received).median > 0.95 * rate;
const p99 = ({ error }) => error.p99;
const p999 = ({ error }) => error.p999;

const loads = new Map();
for (const rate of [10_000, 40_000, 80_000, 100_000]) {
  const runs = await measured(`random, ${rate}/s`, { rate });
  loads.set(rate, runs);
  lines(`kernel stamps, ${rate} tokens/s, p99`, runs, p99, 10e3, 4e3);
  lines(`kernel stamps, ${rate} tokens/s, p99.9`, runs, p999, 50e3, 20e3);
}
for (const rate of [40_000, 80_000]) {
  const runs = await measured(`in step, ${rate}/s`, { rate, phases: 'in-step' });
  lines(`kernel stamps, in step, ${rate} tokens/s, p99`, runs, p99, 10e3, 3e3);
}
marginalCpu();

const userStamps = await measured('user space, 80000/s', { rate: 80_000, stamps: 'user' });
lines('user-space stamps, 80000 tokens/s, p99', userStamps, p99, 300e3, 30e3);
await carries('A', 120_000, {}, 1e6);
await carries('B', 100_000, { stamps: 'user' }, 1e6);
const tls = certificate();
if (tls) await carries('C (TLS)', 35_000, { tls }, 1e6);
// Against Node's own server, whose batching counts as error: nothing is asked.
if (tls) await carries('C (HTTP/2)', 20_000, { tls, http: '2' }, undefined);

/** Slope of processor time between two loads: what a token more costs. The runs of the two loads are paired in order. */
function marginalCpu() {
  const slope = (kind) => {
    const [low, high] = [loads.get(40_000)[kind], loads.get(80_000)[kind]];
    if (!low?.length || !keptUp(low, 40_000) || !keptUp(high, 80_000)) return undefined;
    const pairs = high.map((run, i) => [low[i], run]);
    return over(pairs, ([a, b]) => (b.cpuPerSecond - a.cpuPerSecond) / (b.received - a.received));
  };
  for (const source of sources) {
    const value = slope(source);
    const name = `CPU a token, 40k to 80k tokens/s, marginal (${written[source]})`;
    // A busy machine makes tokens wait and be read together: the greater load then costs less.
    if (!value || value.median <= 0) {
      console.log(`      ${name}: not measured, the machine did not keep up`);
      continue;
    }
    line(name, value, 10e3, { floor: slope('floor'), recorded: 7e3 });
  }
}

/** Capacity of a path is at least `rate` if that rate arrives, with P99 below `most` nanoseconds. */
async function carries(path, rate, load, most) {
  const runs = await measured(`path ${path}, ${rate}/s`, { rate, ...load });
  const name = `${path} carries ${rate} tokens/s a worker`;
  for (const source of sources) {
    if (!runs[source]?.length || keptUp(runs[source], rate)) continue;
    console.log(
      `MISS  ${name} (${written[source]}): only ${count(over(runs[source], ({ received }) => received).median)} arrived`,
    );
    delete runs[source];
  }
  lines(`${name}, p99`, runs, p99, most);
}

/** Self-signed, made by openssl; without it TLS is not measured. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'metron-bench-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  try {
    execFileSync('openssl', [...curve, '-subj', '/CN=metron-bench', '-keyout', key, '-out', cert], { stdio: 'pipe' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch (cause) {
    console.log(`      TLS not measured: ${cause.message.split('\n')[0]}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
