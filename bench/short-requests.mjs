// Requests of one token answered at once: how many a second one receiving thread carries: `node bench/short-requests.mjs`.
// An open loop: a rate that cannot be kept opens connections until there are no descriptors left.
import { runTrial } from '../dist/selftest/trial.js';
import { machine } from './reference/trial.mjs';

const count = Number(process.argv[2] ?? 16_000);
const connections = 256;
const target = 60_000;
machine();

const spacing = 1e9 / Number(process.argv[3] ?? 4_000);
const result = await runTrial({
  source: { tokens: 1, gap: 1e6, firstTokenAfter: 0, phases: 'random' },
  requests: {
    due: Float64Array.from({ length: count }, (_, i) => Math.round(i * spacing)),
    tokens: new Uint32Array(count).fill(1),
  },
  connections,
});
const [loop] = result.facts.loops;
const seconds = loop.elapsed / 1e9;
const perSecond = count / seconds;
const perCore = perSecond / (loop.cpuShare ?? 1);
console.log(
  `${perCore >= target ? 'ok  ' : 'MISS'}  short requests: ${Math.round(perSecond).toLocaleString('en')}/s with ${((loop.cpuShare ?? 1) * 100).toFixed(0)} % of a core, ` +
    `so ${Math.round(perCore).toLocaleString('en')}/s a core; target ${target.toLocaleString('en')} (×${(perCore / target).toFixed(2)}), floor 130,000; completed ${result.completed} of ${count}`,
);
