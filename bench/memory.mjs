// Memory of many open streams: `node bench/memory.mjs [streams] [--repeats 3] [--source ts|c|both]`.
// Every run has a process of its own: memory that was used once is not given back.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { numbers, sources } from './reference/options.mjs';
import { company, count, inTurns, line, machine, over } from './reference/print.mjs';
import { floorTrial, trial } from './reference/trial.mjs';

const [streams = 10_000, only] = numbers;
const fewStreams = 100;
/** Of a chunk of the stamped source: all of them are held until their stream ends, and all streams stay open. */
const eventBytes = 236;
const load = (number) => ({ streams: number, rate: number, hold: 8, ramp: 4 });

if (only) await measureOne();
else await compare();

/** One run, for the process that asked for it. */
async function measureOne() {
  const { result, lost } = await trial({ ...load(streams), source: sources[0] });
  console.log(JSON.stringify({ memory: result.memory, tokens: result.tokensFound, lost }));
}

/** The most memory of a process of its own that reads so many streams. */
async function inOwnProcess(number) {
  const options = ['--source', sources[0]];
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, number, 1, ...options]);
  return JSON.parse(stdout);
}

async function ours() {
  const few = await inOwnProcess(fewStreams);
  const many = await inOwnProcess(streams);
  return { used: many.memory - few.memory, tokens: many.tokens - few.tokens, lost: many.lost };
}

/** The client in C keeps three times a token and no bytes. */
async function inC() {
  const few = await floorTrial(load(fewStreams));
  const many = few && (await floorTrial(load(streams)));
  return many && { used: many.memory - few.memory, tokens: many.tokens - few.tokens, lost: many.lost };
}

async function compare() {
  await machine();
  const runs = await inTurns({ floor: inC, ours });
  const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  for (const [kind, all] of Object.entries(runs))
    for (const run of all) {
      const { used, tokens, lost } = run;
      console.log(
        `      ${kind === 'floor' ? 'C' : 'metron'}: ${count(streams)} open streams, ${mebibytes(used)} more than with ${fewStreams}, ` +
          `${(used / streams / 1024).toFixed(1)} KiB a stream in all; ${count(tokens)} tokens more, lost ${lost}${company(run)}`,
      );
    }
  const tokens = over(runs.ours, (run) => run.tokens).median;
  const allowed = streams * 16 * 1024 + tokens * (24 + eventBytes);
  const used = (run) => run.used;
  line(`memory of ${count(streams)} open streams`, over(runs.ours, used), allowed, {
    floor: over(runs.floor, used),
    recorded: streams * 5 * 1024,
    words: mebibytes,
  });
}
