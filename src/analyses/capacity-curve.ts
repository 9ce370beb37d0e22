import { effectAt, type LoadEvidence } from './capacity-evidence.ts';

/**
 * Where the share of misses crosses what is allowed, by everything observed so far: a logistic
 * curve of misses over log load through (capacity, allowed), its posterior on a grid. It chooses
 * loads and gives the point estimate; the interval does not depend on it.
 */
export interface CapacityCurve {
  /** Median. */
  readonly capacity: number;
  /** Probability that the capacity is at least this load. */
  survival(load: number): number;
  /** Load that the capacity reaches with a probability of no more than this. */
  quantile(survival: number): number;
  /** Index of the condition that fails first. */
  readonly binding: number;
  /** Expected share of misses of each condition at a load. */
  misses(load: number): readonly number[];
  /** d logit(misses) / d log(load) of the binding condition. */
  readonly steepness: number;
}

/** Misses that load has nothing to do with, as a share of what is allowed, and how fast the others set in. */
const forms = [0, 0.1, 0.4].flatMap((floor) =>
  [3, 6, 12, 24, 48, 96, 192, 768, 3072].map((steepness) => ({ steepness, floor })),
);
const gridSize = 96;
/** From this many times the allowed misses a load says only that the capacity lies below, not how far. */
const saturated = 4;

const logit = (p: number): number => Math.log(p / (1 - p));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

interface Fit {
  /** Posterior over the grid of log capacities; sums to 1. */
  readonly weights: Float64Array;
  readonly center: number;
  readonly steepness: number;
}

/** `nearness`: relative width within which loads are trusted to lie on one logistic curve. */
export function fitCurve(loads: readonly LoadEvidence[], shares: readonly number[], nearness: number): CapacityCurve {
  const logs = loads.map(({ load }) => Math.log(load));
  let from = Math.min(...logs) - Math.LN2;
  let to = Math.max(...logs) + Math.LN2;
  let fits = fitAll(loads, shares, { from, to, nearness: Number.POSITIVE_INFINITY });
  // A condition whose edge lies far beyond the window that is zoomed into looks as if it lay at its end.
  const binding = fits.reduce((least, fit, j) => (fit.center < (fits[least] as Fit).center ? j : least), 0);
  for (let zoom = 0; zoom < 2; zoom++) {
    const survival = joint(fits);
    const step = (to - from) / (gridSize - 1);
    const [low, high] = [place(survival, 0.9995), place(survival, 0.0005)];
    [from, to] = [from + Math.max(0, low - 2) * step, from + Math.min(gridSize - 1, high + 2) * step];
    fits = fitAll(loads, shares, { from, to, nearness, around: fits.map(({ center }) => center) });
  }
  return curveOf(fits, shares, binding, { from, to });
}

interface Grid {
  readonly from: number;
  readonly to: number;
  readonly nearness: number;
  readonly around?: readonly number[];
}

const fitAll = (loads: readonly LoadEvidence[], shares: readonly number[], grid: Grid): Fit[] =>
  shares.map((share, j) => fitOne(loads, 1 - share, j, grid));

function fitOne(loads: readonly LoadEvidence[], allowed: number, j: number, grid: Grid): Fit {
  const { from, to, nearness, around } = grid;
  const near = around?.[j];
  const points = loads.map((evidence) => {
    const { good = 0, missed = 0 } = evidence.counts[j] ?? {};
    const x = Math.log(evidence.load);
    const distance = near === undefined ? 0 : (x - near) / nearness;
    const effect = effectAt(loads, evidence, j, allowed);
    const weight = 1 / (effect * (1 + distance * distance));
    // A backlog that grows without bound will make every request miss.
    if (evidence.backlog === 'growing') return pointOf(x, (missed + good) * weight, 0, allowed);
    return pointOf(x, missed * weight, good * weight, allowed);
  });
  const step = (to - from) / (gridSize - 1);
  const columns = shapesFor(allowed).map(({ missed: logMissed, good: logGood }) => {
    const column = new Float64Array(gridSize);
    for (const { x, missed, good, least, most } of points) {
      for (let i = 0; i < gridSize; i++) {
        const entry = tableIndex(x - from - step * i);
        const expected = logMissed[entry] as number;
        const likelihood = expected > least ? most : missed * expected + good * (logGood[entry] as number);
        column[i] = (column[i] as number) + likelihood;
      }
    }
    return column;
  });
  return normalize(columns, from, to);
}

interface Point {
  /** Log load. */
  readonly x: number;
  readonly missed: number;
  readonly good: number;
  /** Where the curve expects more misses than this (logarithm of their share), it explains the point as well as can be. */
  readonly least: number;
  /** Logarithm of the likelihood there. */
  readonly most: number;
}

/**
 * Beyond the edge a system may go on to miss a third of all requests or all of them: no curve shall
 * become flat in order to explain that.
 */
function pointOf(x: number, missed: number, good: number, allowed: number): Point {
  const share = missed / (missed + good);
  if (!(share > saturated * allowed)) return { x, missed, good, least: Number.POSITIVE_INFINITY, most: 0 };
  const most = missed * Math.log(share) + (good > 0 ? good * Math.log1p(-share) : 0);
  return { x, missed, good, least: Math.log(share), most };
}

const tableReach = 8;
const tableStep = 1 / 1024;

const tableIndex = (distance: number): number =>
  Math.round((Math.min(tableReach, Math.max(-tableReach, distance)) + tableReach) / tableStep);

/** Logarithms of the misses and of the rest by log(load ÷ capacity), for one steepness and floor. */
interface Shape {
  readonly missed: Float64Array;
  readonly good: Float64Array;
}

const shapes = new Map<number, readonly Shape[]>();

function shapesFor(allowed: number): readonly Shape[] {
  const known = shapes.get(allowed);
  if (known) return known;
  const made = forms.map(({ steepness, floor }) => shapeOf(allowed, steepness, floor * allowed));
  shapes.set(allowed, made);
  return made;
}

function shapeOf(allowed: number, steepness: number, floor: number): Shape {
  const size = tableIndex(tableReach) + 1;
  const [missed, good] = [new Float64Array(size), new Float64Array(size)];
  const atEdge = logit((allowed - floor) / (1 - floor));
  for (let i = 0; i < size; i++) {
    const z = atEdge + steepness * (i * tableStep - tableReach);
    // log(1 − (f + (1 − f)·logistic(z))) = log(1 − f) − log(1 + e^z)
    good[i] = Math.log1p(-floor) - (z > 30 ? z : Math.log1p(Math.exp(z)));
    missed[i] = Math.log(floor + (1 - floor) * logistic(z) + Number.MIN_VALUE);
  }
  return { missed, good };
}

function normalize(columns: readonly Float64Array[], from: number, to: number): Fit {
  const most = columns.reduce(
    (best, column) => column.reduce((a, b) => Math.max(a, b), best),
    Number.NEGATIVE_INFINITY,
  );
  const weights = new Float64Array(gridSize);
  const byForm = columns.map((column) => {
    let mass = 0;
    for (let i = 0; i < gridSize; i++) {
      const weight = Math.exp((column[i] as number) - most);
      weights[i] = (weights[i] as number) + weight;
      mass += weight;
    }
    return mass;
  });
  const total = weights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < gridSize; i++) weights[i] = (weights[i] as number) / total;
  const center = weights.reduce((sum, weight, i) => sum + weight * (from + ((to - from) * i) / (gridSize - 1)), 0);
  const logSteepness =
    byForm.reduce((sum, mass, i) => sum + mass * Math.log((forms[i] as (typeof forms)[number]).steepness), 0) / total;
  return { weights, center, steepness: Math.exp(logSteepness) };
}

/** By grid point: probability that every condition's capacity lies there or above. */
function joint(fits: readonly Fit[]): Float64Array {
  const survival = new Float64Array(gridSize).fill(1);
  for (const { weights } of fits) {
    let left = 1;
    for (let i = 0; i < gridSize; i++) {
      survival[i] = (survival[i] as number) * Math.max(0, left - (weights[i] as number) / 2);
      left -= weights[i] as number;
    }
  }
  return survival;
}

/** Grid place, perhaps between two points, where a falling curve comes down to a value. */
function place(survival: Float64Array, value: number): number {
  let i = 0;
  while (i < gridSize - 1 && (survival[i] as number) > value) i++;
  if (i === 0) return 0;
  const [before, after] = [survival[i - 1] as number, survival[i] as number];
  return before === after ? i : i - 1 + Math.min(1, (before - value) / (before - after));
}

function curveOf(
  fits: readonly Fit[],
  shares: readonly number[],
  binding: number,
  { from, to }: Pick<Grid, 'from' | 'to'>,
): CapacityCurve {
  const survival = joint(fits);
  const step = (to - from) / (gridSize - 1);
  return {
    capacity: Math.exp(from + place(survival, 0.5) * step),
    quantile: (value) => Math.exp(from + place(survival, value) * step),
    binding,
    steepness: (fits[binding] as Fit).steepness,
    survival(load) {
      const at = (Math.log(load) - from) / step;
      if (at <= 0) return 1;
      if (at >= gridSize - 1) return 0;
      const i = Math.floor(at);
      const [a, b] = [survival[i] as number, survival[i + 1] as number];
      return a + (b - a) * (at - i);
    },
    misses: (load) =>
      fits.map(({ center, steepness }, j) =>
        logistic(logit(1 - (shares[j] as number)) + steepness * (Math.log(load) - center)),
      ),
  };
}
