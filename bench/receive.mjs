// Error of token times, capacity and CPU per token, against a stamped source: `node bench/receive.mjs [repeats]`.
// Medians of repeated runs. The floors are those of a C program that does the same (docs/instrument.md).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { line, machine, median, time, trial } from './reference/trial.mjs';

const repeats = Number(process.argv[2] ?? 3);
machine();

/** The medians of some runs; every run is shown. */
async function measured(name, options) {
  const runs = [];
  for (let run = 0; run < repeats; run++) {
    const found = await trial(options);
    const { received, error, userError, cpuPerToken, utilisation, lost, path } = found;
    console.log(
      `      ${name}: path ${path}, ${Math.round(received).toLocaleString('en')} tokens/s, ` +
        `p50 ${time(error.p50)} p99 ${time(error.p99)} p99.9 ${time(error.p999)} max ${time(error.max)}; ` +
        `user space p99 ${time(userError.p99)}; ${(cpuPerToken / 1e3).toFixed(1)} µs CPU a token, ρ ${utilisation.toFixed(2)}, lost ${lost}`,
    );
    runs.push(found);
  }
  const of = (figure) => median(runs.map(figure));
  return {
    received: of((run) => run.received),
    p99: of((run) => run.error.p99),
    p999: of((run) => run.error.p999),
    cpuPerSecond: of((run) => run.cpuPerToken * run.received),
  };
}

const keptUp = ({ received }, rate) => received > 0.95 * rate;

/** Capacity of a path is at least `rate` if that rate arrives, with P99 below a millisecond. */
function carries(name, found, rate) {
  if (keptUp(found, rate)) return line(`${name} carries ${rate} tokens/s a worker, p99`, found.p99, 1e6);
  console.log(`MISS  ${name} carries ${rate} tokens/s a worker: only ${Math.round(found.received)} arrived`);
}

const loads = new Map();
for (const rate of [10_000, 40_000, 80_000, 100_000]) {
  const found = await measured(`random, ${rate}/s`, { rate });
  loads.set(rate, found);
  line(`kernel stamps, ${rate} tokens/s, p99`, found.p99, 10e3, 4e3);
  line(`kernel stamps, ${rate} tokens/s, p99.9`, found.p999, 50e3, 20e3);
}
for (const rate of [40_000, 80_000]) {
  const found = await measured(`in step, ${rate}/s`, { rate, phases: 'in-step' });
  line(`kernel stamps, in step, ${rate} tokens/s, p99`, found.p99, 10e3, 3e3);
}
const [low, high] = [loads.get(40_000), loads.get(80_000)];
if (keptUp(low, 40_000) && keptUp(high, 80_000)) {
  const marginal = (high.cpuPerSecond - low.cpuPerSecond) / (high.received - low.received);
  line('CPU a token, 40k to 80k tokens/s, marginal', marginal, 10e3, 7e3);
}
const user = await measured('user space, 80000/s', { rate: 80_000, stamps: 'user' });
line('user-space stamps, 80000 tokens/s, p99', user.p99, 300e3, 30e3);
carries('A', await measured('path A, 120000/s', { rate: 120_000 }), 120_000);
carries('B', await measured('path B, 100000/s', { rate: 100_000, stamps: 'user' }), 100_000);
const tls = certificate();
if (tls) carries('C (TLS)', await measured('path C, 35000/s', { rate: 35_000, tls }), 35_000);

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
