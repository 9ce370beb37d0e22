// Memory of many open streams: `node bench/memory.mjs [streams]`.
import { machine, trial } from './reference/trial.mjs';

const streams = Number(process.argv[2] ?? 10_000);
const eventBytes = 236;
machine();

const small = await trial({ streams: 100, rate: 100, hold: 8, ramp: 4 });
const large = await trial({ streams, rate: streams, hold: 8, ramp: 4 });
const used = large.result.memory - small.result.memory;
const tokens = large.result.tokensFound;
// The wire's bytes are held until the stream ends, and all of these streams stay open.
const allowed = streams * 16 * 1024 + tokens * (24 + eventBytes);
console.log(
  `${used <= allowed ? 'ok  ' : 'MISS'}  ${streams.toLocaleString('en')} open streams, ${tokens.toLocaleString('en')} tokens: ` +
    `${(used / 2 ** 20).toFixed(0)} MiB more than with 100; allowed ${(allowed / 2 ** 20).toFixed(0)} MiB (×${(used / allowed).toFixed(2)}); ` +
    `${(used / streams / 1024).toFixed(1)} KiB a stream in all, lost ${large.lost}`,
);
