// Requests of one token answered at once: how many a second one receiving thread carries:
// `node bench/short-requests.mjs [requests] [requests a second] [--repeats 3] [--source ts|c|both]`.
// They come in batches, as they do to a thread that is busy all the time; what one costs tells how many a core carries.
import { runTrial } from '../dist/selftest/trial.js';
import { cPrograms, readInC } from './reference/c-programs.mjs';
import { numbers, sources } from './reference/options.mjs';
import { company, count, inTurns, line, machine, over } from './reference/print.mjs';
import { startOf } from './reference/trial.mjs';

const [requests = 32_000, rate = 8000] = numbers;
const batch = 64;
const connections = 256;
const source = { tokens: 1, gap: 1e3, firstTokenAfter: 0, phases: 'random' };
await machine();
const { missing } = await cPrograms();

/** Requests per second of processor time of the thread that sends and reads them. */
async function ours() {
  const result = await runTrial({
    source,
    ...startOf(sources[0]),
    requests: {
      due: Float64Array.from({ length: requests }, (_, i) => Math.round(((i - (i % batch)) * 1e9) / rate)),
      tokens: new Uint32Array(requests).fill(1),
    },
    connections,
  });
  const [{ elapsed, cpuShare = 1 }] = result.facts.loops;
  return { perCore: requests / ((elapsed / 1e9) * cpuShare), completed: result.completed };
}

async function inC() {
  if (missing) return undefined;
  const to = (requests / rate) * 1e9;
  const { cpu, tokens } = await readInC(source, { shorts: rate, batch, to, spin: 0 });
  return { perCore: tokens / (cpu / 1e9), completed: tokens };
}

const runs = await inTurns({ floor: inC, ours });
for (const [kind, all] of Object.entries(runs))
  for (const run of all) {
    const { perCore, completed } = run;
    console.log(
      `      ${kind === 'floor' ? 'C' : 'metron'}: ${count(perCore)} a second and core, ` +
        `${(1e6 / perCore).toFixed(1)} µs each; completed ${completed} of ${requests}${company(run)}`,
    );
  }
const perCore = (run) => run.perCore;
line('short requests a second and core', over(runs.ours, perCore), 60_000, {
  floor: over(runs.floor, perCore),
  recorded: 130_000,
  words: count,
  more: true,
});
