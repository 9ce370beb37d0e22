import type { Probe } from '../../src/analyses/capacity-probe.ts';
import type { Drawn } from './targets.ts';

export interface Bisected {
  readonly capacity: number;
  readonly requests: number;
}

async function passes(probe: Probe, share: number, load: number, requests: number): Promise<boolean> {
  const { tallies, backlog } = await probe(load, requests);
  const missed = tallies[0]!.missed.reduce((a, b) => a + b, 0);
  return backlog !== 'growing' && missed <= (1 - share) * requests;
}

/** No load below this is tried. */
const lowest = 1 / 64;

/**
 * What the literature does: one run of a fixed number of requests per load, its share taken at its
 * word; the load doubles (or halves) to a bracket and is bisected to the tolerance. The answer is the
 * middle of the last bracket, which errs less than the last load that passed.
 */
export async function bisect(
  { probe }: Drawn,
  share: number,
  requests: number,
  tolerance: number,
  start = 1,
): Promise<Bisected> {
  let spent = 0;
  const ask = (load: number): Promise<boolean> => {
    spent += requests;
    return passes(probe, share, load, requests);
  };
  let [low, high] = [start, start];
  if (await ask(start)) {
    do {
      low = high;
      high *= 2;
    } while (await ask(high));
  } else {
    do {
      high = low;
      low /= 2;
    } while (low > lowest && !(await ask(low)));
  }
  while (high > low * (1 + tolerance)) {
    const middle = Math.sqrt(low * high);
    if (await ask(middle)) low = middle;
    else high = middle;
  }
  return { capacity: Math.sqrt(low * high), requests: spent };
}

/**
 * Veeksha's search by its description: an exponential probe upwards, one run a load; the bound known to
 * fail is run once more; then the arithmetic middle. It does not search below a first load that fails:
 * here it is let go on from nothing.
 */
export async function probeAndBisect(
  { probe }: Drawn,
  share: number,
  requests: number,
  tolerance: number,
  start = 1,
): Promise<Bisected> {
  let spent = 0;
  const ask = (load: number): Promise<boolean> => {
    spent += requests;
    return passes(probe, share, load, requests);
  };
  let [low, high] = [0, start];
  while (await ask(high)) [low, high] = [high, high * 2];
  if (await ask(high)) low = high;
  while (high - low > tolerance * high) {
    const middle = (low + high) / 2;
    if (await ask(middle)) low = middle;
    else high = middle;
  }
  return { capacity: (low + high) / 2, requests: spent };
}
