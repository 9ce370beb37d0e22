// How late requests leave at 1,000 a second, with nothing to read and with 40,000 tokens/s to read: `node bench/dispatch.mjs`.
import { line, machine, spread, time, trial } from './reference/trial.mjs';

const floor = 20e3;
machine();

/** Short answers at a constant rate, over the given time. */
const steady = (rate) => (from, to) => {
  const count = Math.floor(((to - from) / 1e9) * rate);
  return {
    due: Float64Array.from({ length: count }, (_, i) => Math.round(from + (i / rate) * 1e9)),
    tokens: new Uint32Array(count).fill(1),
  };
};

async function lateness(streams, rate) {
  const { result, received, lost } = await trial({ streams, rate, hold: 4, extra: steady(1000) });
  const late = spread(result.lateness.slice().sort());
  console.log(
    `      ${Math.round(received).toLocaleString('en')} tokens/s received, ${late.n} requests: ` +
      `late p50 ${time(late.p50)} p99 ${time(late.p99)} p99.9 ${time(late.p999)} max ${time(late.max)}, lost ${lost}`,
  );
  return late.p99;
}

line('lateness at 1,000 req/s, nothing else to read, p99', await lateness(1, 10), 200e3, floor);
line('lateness at 1,000 req/s, 40k tokens/s received, p99', await lateness(1000, 40_000), 500e3, floor);
