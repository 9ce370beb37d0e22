// How figures are printed: the median of the runs and their range, beside the target and the floor.
import { loadavg } from 'node:os';
import { cPrograms } from './c-programs.mjs';
import { watchOthers } from './company.mjs';
import { repeats } from './options.mjs';

/** What a run of each kind finds, in turns, so that a bad moment of the machine meets all of them. */
export async function inTurns(kinds) {
  const found = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (let run = 0; run < repeats; run++) {
    for (const [kind, measure] of Object.entries(kinds)) {
      const others = watchOthers();
      const result = await measure();
      if (result !== undefined) found[kind].push({ ...result, others: others() });
    }
  }
  return found;
}

/** The middle one, the lower of two, and the range of a figure over some runs; undefined without runs. */
export function over(runs, figure) {
  if (!runs?.length) return undefined;
  const sorted = runs.map(figure).sort((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], low: sorted[0], high: sorted.at(-1) };
}

/** How much other programs took part in a run. */
export const company = ({ others }) => (others === undefined ? '' : `; others used ${others.toFixed(2)} cores`);

/** Nanoseconds in words. */
export const time = (ns) =>
  ns === undefined || Number.isNaN(ns)
    ? '–'
    : Math.abs(ns) < 1e6
      ? `${(ns / 1e3).toFixed(Math.abs(ns) < 1e4 ? 1 : 0)} µs`
      : `${(ns / 1e6).toFixed(Math.abs(ns) < 1e7 ? 2 : 0)} ms`;

export const count = (value) => Math.round(value).toLocaleString('en');

const range = ({ low, high }, words) => (low === high ? '' : ` (${words(low)} to ${words(high)})`);

/**
 * A figure, its target and its floor with their ratios. `floor` is what C reached in these runs; `recorded` stands in
 * where there was no compiler. With `more`, more is better.
 */
export function line(name, value, target, { floor, recorded, words = time, more = false } = {}) {
  const ratio = (bound) => `×${(value.median / bound).toFixed(2)}`;
  const parts = [`${words(value.median)}${range(value, words)}`];
  const isMet = more ? value.median >= target : value.median <= target;
  if (target !== undefined) parts.push(`target ${words(target)} ${ratio(target)}`);
  if (floor) parts.push(`floor ${words(floor.median)}${range(floor, words)} ${ratio(floor.median)}`);
  else if (recorded) parts.push(`recorded floor ${words(recorded)} ${ratio(recorded)}`);
  const mark = target === undefined ? '    ' : isMet ? 'ok  ' : 'MISS';
  console.log(`${mark}  ${name}: ${parts.join(', ')}`);
}

/** Says what the figures were found on, and where the floors come from. */
export async function machine() {
  const loads = loadavg().map((value) => value.toFixed(1));
  const { missing, compiler } = await cPrograms();
  const floors = missing
    ? `${missing}: recorded floors are what C reached earlier, on a machine of two cores`
    : `floors: the same load in C (${compiler} -O2), measured in turns with ours`;
  console.log(`load average ${loads.join(' ')}, Node ${process.version}, medians of ${repeats}; ${floors}`);
}
