import { searchCapacity } from '../../src/analyses/capacity-search.ts';
import { type Bisected, bisect, probeAndBisect } from './bisection.ts';
import { breathe } from './breathe.ts';
import type { Drawn, Target } from './targets.ts';

/** Cost and errors of many answers to the same question. Errors are of log(answer ÷ truth). */
export interface Accuracy {
  readonly medianRequests: number;
  readonly rootMeanSquare: number;
  readonly median: number;
}

export interface Trials {
  readonly target: string;
  readonly tolerance: number;
  readonly trials: number;
  /** How many intervals hold the true capacity. */
  readonly covered: number;
  readonly ours: Accuracy;
  readonly bisection: Rival;
  readonly probeAndBisect: Rival;
}

/** What the cheapest settings whose root-mean-square error is no larger than ours take, or more than which. */
export type Rival = { readonly requests: number } | { readonly moreThan: number };

const middleOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

function accuracy(answers: readonly { readonly error: number; readonly requests: number }[]): Accuracy {
  const errors = answers.map(({ error }) => Math.abs(error));
  return {
    medianRequests: middleOf(answers.map(({ requests }) => requests)),
    rootMeanSquare: Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length),
    median: middleOf(errors),
  };
}

export async function tryTarget(target: Target, trials: number): Promise<Trials> {
  const answers: { error: number; requests: number }[] = [];
  let covered = 0;
  for (let seed = 0; seed < trials; seed++) {
    await breathe();
    const { probe, capacity } = target.draw(seed);
    const found = await searchCapacity(probe, {
      shares: [target.share],
      tolerance: target.tolerance,
      budget: { requests: 5_000_000 },
    });
    const { lower = 0, upper = Number.POSITIVE_INFINITY, estimate = Number.NaN, cost } = found;
    answers.push({ error: Math.log(estimate / capacity), requests: cost.requests });
    if (lower <= capacity && capacity <= upper) covered++;
  }
  const ours = accuracy(answers);
  return {
    target: target.name,
    tolerance: target.tolerance,
    trials,
    covered,
    ours,
    bisection: await asGood(target, ours, bisect),
    probeAndBisect: await asGood(target, ours, probeAndBisect),
  };
}

type Bisection = (drawn: Drawn, share: number, requests: number, tolerance: number) => Promise<Bisected>;

/** Last steps of a bisection: none is worth more than the noise of its runs. */
const steps = [0.1, 0.05, 0.025, 0.01];
/** Requests that all trials of one setting may take together, and how many trials it gets. */
const most = 30_000_000;
const trialsEach = { least: 20, most: 1000 };
/** Settings are tried up to this many times our cost. */
const dearest = 4;

/**
 * The literature fixes a number of requests per load. Of all numbers (doublings) and last steps, the
 * cheapest whose error is no larger. One wrong verdict in hundreds shows only in hundreds of trials,
 * so settings that are cheap to try get up to a thousand.
 */
async function asGood(target: Target, ours: Accuracy, method: Bisection): Promise<Rival> {
  const limit = dearest * ours.medianRequests;
  let best: Accuracy | undefined;
  for (const tolerance of steps) {
    for (let perLoad = Math.round(1 / (1 - target.share)); ; perLoad *= 2) {
      const loads = 5 + Math.log2(1 / tolerance);
      if (loads * perLoad > (best?.medianRequests ?? limit)) break;
      const trials = Math.max(trialsEach.least, Math.min(trialsEach.most, Math.floor(most / (loads * perLoad))));
      const found = await bisected(target, perLoad, tolerance, { trials, error: ours.rootMeanSquare, method });
      if (!found) continue;
      if (!best || found.medianRequests < best.medianRequests) best = found;
      break;
    }
  }
  return best ? { requests: best.medianRequests } : { moreThan: limit };
}

interface Bar {
  readonly trials: number;
  readonly error: number;
  readonly method: Bisection;
}

/** Absent once the errors so far are more than all trials together may have. */
async function bisected(target: Target, perLoad: number, tolerance: number, bar: Bar): Promise<Accuracy | undefined> {
  const answers: { error: number; requests: number }[] = [];
  let squares = 0;
  for (let seed = 0; seed < bar.trials; seed++) {
    if (seed % 10 === 0) await breathe();
    const drawn = target.draw(10_000 + seed);
    const { capacity, requests } = await bar.method(drawn, target.share, perLoad, tolerance);
    const error = Math.log(capacity / drawn.capacity);
    squares += error * error;
    if (squares > bar.trials * bar.error ** 2) return undefined;
    answers.push({ error, requests });
  }
  return accuracy(answers);
}

/** Our cost as a share of bisection's at equal error; where none was as good, at most this. */
export const costShareOf = ({ ours, bisection }: Trials): number =>
  ours.medianRequests / ('requests' in bisection ? bisection.requests : bisection.moreThan);

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** A row of the table in docs/capacity.md. */
export function tableRow({ target, tolerance, trials, covered, ours, bisection, probeAndBisect }: Trials): string {
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  const count = (value: number): string => value.toLocaleString('en-US');
  const rival = (one: Rival): string => ('requests' in one ? count(one.requests) : `> ${count(one.moreThan)}`);
  return `| ${target} | ${tolerance} | ${covered} of ${trials} | ${count(ours.medianRequests)} | ${percent(ours.rootMeanSquare)} (${percent(ours.median)}) | ${rival(bisection)} | ${rival(probeAndBisect)} |`;
}
