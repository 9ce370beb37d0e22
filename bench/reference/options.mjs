// What the benchmarks of the instrument can be told, by flag or by environment: `--repeats 5 --source c`.
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: process.env.METRON_BENCH_REPEATS ?? '3' },
    source: { type: 'string', default: process.env.METRON_BENCH_SOURCE ?? 'both' },
  },
});

/** Of each measurement; the median counts. */
export const repeats = Number(values.repeats);
/** Who sends what our client reads: the source in TypeScript, the one in C, or each in turn. */
export const sources = values.source === 'both' ? ['ts', 'c'] : [values.source];
/** What else stands on the command line, as numbers. */
export const numbers = positionals.map(Number);

if (!(repeats >= 1) || !sources.every((source) => source === 'ts' || source === 'c')) {
  console.error('--repeats takes a number, --source takes ts, c or both');
  process.exit(2);
}
