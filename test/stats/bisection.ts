import type { Drawn } from './targets.ts';

export interface Bisected {
  readonly capacity: number;
  readonly requests: number;
}

type Ask = (load: number) => Promise<boolean>;

/** One run of so many requests at a load, its share taken at its word. What all runs took is counted. */
function asking({ probe }: Drawn, share: number, requests: number): { readonly ask: Ask; spent(): number } {
  let spent = 0;
  return {
    async ask(load) {
      spent += requests;
      const { tallies, backlog } = await probe(load, requests);
      const missed = tallies[0]!.missed.reduce((a, b) => a + b, 0);
      return backlog !== 'growing' && missed <= (1 - share) * requests;
    },
    spent: () => spent,
  };
}

interface Halving {
  readonly bracket: readonly [low: number, high: number];
  readonly closeEnough: (low: number, high: number) => boolean;
  readonly middleOf: (low: number, high: number) => number;
}

/** The middle of the last bracket, which errs less than the last load that passed. */
async function halve(ask: Ask, { bracket: [low, high], closeEnough, middleOf }: Halving): Promise<number> {
  while (!closeEnough(low, high)) {
    const middle = middleOf(low, high);
    if (await ask(middle)) low = middle;
    else high = middle;
  }
  return middleOf(low, high);
}

/** No load below this is tried. */
const lowest = 1 / 64;

/**
 * What the literature does: one run of a fixed number of requests per load; the load doubles (or halves) to a
 * bracket and is bisected to the tolerance.
 */
export async function bisect(
  drawn: Drawn,
  share: number,
  requests: number,
  tolerance: number,
  start = 1,
): Promise<Bisected> {
  const { ask, spent } = asking(drawn, share, requests);
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
  const capacity = await halve(ask, {
    bracket: [low, high],
    closeEnough: (below, above) => above <= below * (1 + tolerance),
    middleOf: (below, above) => Math.sqrt(below * above),
  });
  return { capacity, requests: spent() };
}

/**
 * Veeksha's search by its description: an exponential probe upwards, one run a load; the bound known to
 * fail is run once more; then the arithmetic middle. It does not search below a first load that fails:
 * here it is let go on from nothing.
 */
export async function probeAndBisect(
  drawn: Drawn,
  share: number,
  requests: number,
  tolerance: number,
  start = 1,
): Promise<Bisected> {
  const { ask, spent } = asking(drawn, share, requests);
  let [low, high] = [0, start];
  while (await ask(high)) [low, high] = [high, high * 2];
  if (await ask(high)) low = high;
  const capacity = await halve(ask, {
    bracket: [low, high],
    closeEnough: (below, above) => above - below <= tolerance * above,
    middleOf: (below, above) => (below + above) / 2,
  });
  return { capacity, requests: spent() };
}
