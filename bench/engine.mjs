// Speed of the simulated engine in virtual time: tokens per second of one core at batch 64, and of a capacity search.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { randomStream } from '../dist/core/random.js';
import { simulate, simulateInto } from '../dist/engine/virtual-driver.js';
import { recordToJson } from '../dist/recording/record-json.js';
import {
  firstTokenTimes,
  fixedLengths,
  highestRate,
  percentile,
  poissonLoad,
  shareGptLike,
  tokenGaps,
} from './reference/load.mjs';

const target = 20e6;
const writtenTarget = 2e6;
const users = 64;

const closedLoad = (count, lengths) => {
  const random = randomStream(1, 'lengths');
  return Array.from({ length: count }, () => ({ scheduledAt: 0, ...lengths(random) }));
};

/** Best of five runs after one to warm up, tokens per second of processor time: other work on the machine does not count. */
function speed(load, engine) {
  const tokens = load.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 6; run++) {
    const from = process.cpuUsage();
    simulateInto(load, engine, { users }, () => {});
    if (run > 0) best = Math.min(best, processorSeconds(from));
  }
  return tokens / best;
}

function processorSeconds(from) {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
}

const engine = { model: 'llama3.1-8b', gpu: 'h100' };
const cases = [
  ['chat lengths, vllm-v1', closedLoad(8000, shareGptLike), engine],
  ['chat lengths, vllm-v0', closedLoad(8000, shareGptLike), { ...engine, scheduler: 'vllm-v0' }],
  ['chat lengths, sarathi', closedLoad(8000, shareGptLike), { ...engine, scheduler: 'sarathi' }],
  ['512 in, 512 out, vllm-v1', closedLoad(8000, fixedLengths(512, 512)), engine],
];
for (const [name, load, options] of cases) {
  const perSecond = speed(load, options);
  console.log(
    `${name}: ${(perSecond / 1e6).toFixed(1)} M tokens/s at batch ${users}, ${(perSecond / target).toFixed(2)} × target of 20 M`,
  );
}

/** As a run folder holds them: one JSON line a request, appended to a file. */
function speedWritten(load, engine) {
  const tokens = load.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  const path = join(mkdtempSync(join(tmpdir(), 'metron-bench-')), 'records.jsonl');
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const file = openSync(path, 'w');
    const from = process.cpuUsage();
    simulateInto(load, engine, { users }, ({ record }) => writeSync(file, `${recordToJson(record)}\n`));
    closeSync(file);
    if (run > 0) best = Math.min(best, processorSeconds(from));
  }
  rmSync(dirname(path), { recursive: true });
  return tokens / best;
}

const [name, load, options] = cases[0];
const written = speedWritten(load.slice(0, 4000), options);
console.log(
  `${name}, records written: ${(written / 1e6).toFixed(1)} M tokens/s, ${(written / writtenTarget).toFixed(2)} × target of 2 M`,
);

const passes = (rate) => {
  const load = poissonLoad({
    rate,
    count: 300,
    lengths: shareGptLike,
    arrivals: randomStream(1, 'arrivals'),
    contents: randomStream(1, 'contents'),
  });
  const { records } = simulate(load, {
    model: 'yi-34b',
    gpu: 'a100',
    tensorParallel: 2,
    scheduler: 'sarathi',
    maxModelLength: 8192,
  });
  return percentile(tokenGaps(records), 0.99) <= 200 && percentile(firstTokenTimes(records), 0.5) <= 3000;
};
let probes = 0;
const from = process.cpuUsage();
highestRate((rate) => {
  probes++;
  return passes(rate);
}, 1);
const eight = (processorSeconds(from) / probes) * 8;
console.log(
  `capacity search of 8 probes × 300 requests, scored: ${eight.toFixed(2)} s, ${(eight / 2).toFixed(2)} × limit of 2 s`,
);
