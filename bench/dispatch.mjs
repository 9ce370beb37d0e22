// How late requests leave at 1,000 a second, with nothing to read and with 40,000 tokens/s to read:
// `node bench/dispatch.mjs [--repeats 3] [--source ts|c|both]`.
// The floor is a thread that only sends, beside the one that reads: it sleeps until 0.1 ms before, then spins.
import { sources } from './reference/options.mjs';
import { company, count, inTurns, line, machine, over, time } from './reference/print.mjs';
import { floorTrial, trial } from './reference/trial.mjs';

const recordedFloor = 20e3;
// The source has no part in when we send; it is read meanwhile.
const source = sources[0];
await machine();

async function lateness(name, target, streams, rate) {
  const load = { streams, rate, hold: 4, shorts: 1000 };
  const runs = await inTurns({
    floor: () => floorTrial({ ...load, sender: 'thread' }),
    ours: () => trial({ ...load, source }),
  });
  for (const [kind, all] of Object.entries(runs))
    for (const run of all) {
      const { received, lateness: late, lost } = run;
      console.log(
        `      ${kind === 'floor' ? 'C' : 'metron'}: ${count(received)} tokens/s received, ${late.n} requests: late p50 ${time(late.p50)} ` +
          `p99 ${time(late.p99)} p99.9 ${time(late.p999)} max ${time(late.max)}, lost ${lost}${company(run)}`,
      );
    }
  const p99 = (run) => run.lateness.p99;
  line(name, over(runs.ours, p99), target, { floor: over(runs.floor, p99), recorded: recordedFloor });
}

await lateness('lateness at 1,000 req/s, nothing else to read, p99', 200e3, 1, 10);
await lateness('lateness at 1,000 req/s, 40k tokens/s received, p99', 500e3, 1000, 40_000);
