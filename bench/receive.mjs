// Error of token times, capacity and CPU per token, against a stamped source: `node bench/receive.mjs [short]`.
// The floors are those of a C program that does the same (docs/instrument.md).
import { line, machine, time, trial } from './reference/trial.mjs';

const rates = process.argv[2] === 'short' ? [10_000, 40_000] : [10_000, 40_000, 80_000, 100_000];
machine();

function show(name, { received, error, userError, cpuPerToken, utilisation, lost, path }) {
  console.log(
    `      ${name}: path ${path}, ${Math.round(received).toLocaleString('en')} tokens/s, ` +
      `p50 ${time(error.p50)} p99 ${time(error.p99)} p99.9 ${time(error.p999)} max ${time(error.max)}; ` +
      `user space p99 ${time(userError.p99)}; ${(cpuPerToken / 1e3).toFixed(1)} µs CPU a token, ρ ${utilisation.toFixed(2)}, lost ${lost}`,
  );
}

const loads = new Map();
for (const rate of rates) {
  const found = await trial({ rate });
  loads.set(rate, found);
  show(`random, ${rate}/s`, found);
  line(`kernel stamps, ${rate} tokens/s, p99`, found.error.p99, 10e3, 4e3);
  line(`kernel stamps, ${rate} tokens/s, p99.9`, found.error.p999, 50e3, 20e3);
}
for (const rate of rates.slice(1, 3)) {
  const found = await trial({ rate, phases: 'in-step' });
  show(`in step, ${rate}/s`, found);
  line(`kernel stamps, in step, ${rate} tokens/s, p99`, found.error.p99, 10e3, 3e3);
}
const low = loads.get(40_000);
const high = loads.get(80_000);
const keptUp = (found, rate) => found !== undefined && found.received > 0.95 * rate;
if (keptUp(low, 40_000) && keptUp(high, 80_000)) {
  line('CPU a token, 40k to 80k tokens/s, marginal', (high.cpu - low.cpu) / (high.tokens - low.tokens), 10e3, 7e3);
}
const userLoad = rates.at(-1) === 100_000 ? 80_000 : 40_000;
const user = await trial({ rate: userLoad, stamps: 'user' });
show(`user space, ${userLoad}/s`, user);
line(`user-space stamps, ${userLoad} tokens/s, p99`, user.error.p99, 300e3, 30e3);
