// Requests due in one instant: how wrong the first token's time is, and how far the sends spread: `node bench/burst.mjs`.
import { runTrial } from '../dist/selftest/trial.js';
import { line, machine, mean, spread, time } from './reference/trial.mjs';

machine();
const tokens = 50;
const gap = 20e6;

for (const [count, target] of [
  [400, 4e6],
  [800, 10e6],
]) {
  const result = await runTrial({
    source: { tokens, gap, firstTokenAfter: 300e6, phases: 'random' },
    requests: { due: new Float64Array(count).fill(200e6), tokens: new Uint32Array(count).fill(tokens) },
    connections: count,
  });
  const late = spread(result.lateness.slice().sort());
  const error = spread(result.firstTokenErrors.slice().sort());
  console.log(
    `      ${count} at once: sends spread over ${time(late.max)}, mean ${time(mean(result.lateness))}; ` +
      `error of the first token p50 ${time(error.p50)} p99 ${time(error.p99)} max ${time(error.max)}; lost ${result.tokensSent - result.tokensFound}`,
  );
  line(`${count} at once: error of TTFT from send, mean`, mean(result.firstTokenErrors), 1e6);
  line(
    `${count} at once: TTFT from schedule, mean error`,
    mean(result.lateness) + mean(result.firstTokenErrors),
    target,
  );
}
