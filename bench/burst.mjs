// Requests due in one instant: how wrong the first token's time is, and how far the sends spread:
// `node bench/burst.mjs [--repeats 3] [--source ts|c|both]`.
import { runTrial } from '../dist/selftest/trial.js';
import { cPrograms, readInC } from './reference/c-programs.mjs';
import { sources } from './reference/options.mjs';
import { company, inTurns, line, machine, over, time } from './reference/print.mjs';
import { spread, startOf } from './reference/trial.mjs';

const tokens = 50;
const source = { tokens, gap: 20e6, firstTokenAfter: 300e6, phases: 'random' };
await machine();
const { missing } = await cPrograms();

async function ours(requests) {
  const result = await runTrial({
    source,
    ...startOf(sources[0]),
    requests: { due: new Float64Array(requests).fill(200e6), tokens: new Uint32Array(requests).fill(tokens) },
    connections: requests,
  });
  return {
    lateness: spread(result.lateness),
    firstTokenErrors: spread(result.firstTokenErrors),
    lost: result.tokensSent - result.tokensFound,
  };
}

const inC = (requests) => (missing ? undefined : readInC(source, { streams: requests, tokens, to: 2e9, spin: 40e3 }));
const fromSend = ({ firstTokenErrors }) => firstTokenErrors.mean;
const fromSchedule = ({ lateness, firstTokenErrors }) => lateness.mean + firstTokenErrors.mean;

for (const [requests, target] of [
  [400, 4e6],
  [800, 10e6],
]) {
  const runs = await inTurns({ floor: () => inC(requests), ours: () => ours(requests) });
  for (const [kind, all] of Object.entries(runs))
    for (const run of all) {
      const { lateness: late, firstTokenErrors: error, lost } = run;
      console.log(
        `      ${kind === 'floor' ? 'C' : 'metron'}: ${requests} at once: sends spread over ${time(late.max)}, mean ${time(late.mean)}; ` +
          `error of the first token p50 ${time(error.p50)} p99 ${time(error.p99)} max ${time(error.max)}; lost ${lost}${company(run)}`,
      );
    }
  for (const [name, figure, bound] of [
    ['error of TTFT from send, mean', fromSend, 1e6],
    ['TTFT from schedule, mean error', fromSchedule, target],
  ])
    line(`${requests} at once: ${name}`, over(runs.ours, figure), bound, { floor: over(runs.floor, figure) });
}
