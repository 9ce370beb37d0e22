// Requests of one token answered at once: how many a second one receiving thread carries:
// `node bench/short-requests.mjs [requests] [users] [--repeats 3] [--source ts|c|both]`.
// A closed loop: each user asks again when answered, so that the thread is busy all the time and what one costs tells
// how many a core carries.
import { runTrial } from '../dist/selftest/trial.js';
import { cPrograms, readInC } from './reference/c-programs.mjs';
import { numbers, sources } from './reference/options.mjs';
import { company, count, inTurns, line, machine, over } from './reference/print.mjs';
import { startOf } from './reference/trial.mjs';

const [requests = 120_000, users = 64] = numbers;
const source = { tokens: 1, gap: 1e3, firstTokenAfter: 0, phases: 'random' };
await machine();
const { missing } = await cPrograms();

/** Requests per second of processor time of the thread that sends and reads them. */
async function ours() {
  const result = await runTrial({
    source,
    ...startOf(sources[0]),
    requests: { due: new Float64Array(requests), tokens: new Uint32Array(requests).fill(1) },
    users,
    connections: users,
  });
  const [{ elapsed, cpuShare = 1 }] = result.facts.loops;
  return { perCore: requests / ((elapsed / 1e9) * cpuShare), completed: result.completed };
}

async function inC() {
  if (missing) return undefined;
  const { cpu, tokens } = await readInC(source, { users, requests, to: 60e9, spin: 0 });
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
