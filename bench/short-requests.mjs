// Requests of one token answered at once: how many a second one receiving thread carries: `node bench/short-requests.mjs`.
// They come in batches, as they do to a thread that is busy all the time; what one costs tells how many a core carries.
import { runTrial } from '../dist/selftest/trial.js';
import { machine } from './reference/trial.mjs';

const count = Number(process.argv[2] ?? 32_000);
const batch = 64;
const connections = 256;
const target = 60_000;
machine();

const spacing = 1e9 / Number(process.argv[3] ?? 8_000);
const result = await runTrial({
  source: { tokens: 1, gap: 1e6, firstTokenAfter: 0, phases: 'random' },
  requests: {
    due: Float64Array.from({ length: count }, (_, i) => Math.round((i - (i % batch)) * spacing)),
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
