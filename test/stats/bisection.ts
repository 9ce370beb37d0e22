import type { Probe } from '../../src/analyses/capacity-probe.ts';

export interface Bisected {
  readonly capacity: number;
  readonly requests: number;
}

async function passes(probe: Probe, share: number, load: number, requests: number): Promise<boolean> {
  const { tallies, backlog } = await probe(load, requests);
  const missed = tallies[0]!.missed.reduce((a, b) => a + b, 0);
  return backlog !== 'growing' && missed <= (1 - share) * requests;
}

/**
 * What the literature does: one run of a fixed number of requests per load, its share taken at its
 * word; the load doubles (or halves) to a bracket and is bisected to the tolerance.
 */
export async function bisect(
  probe: Probe,
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
    } while (low > start / 64 && !(await ask(low)));
  }
  while (high > low * (1 + tolerance)) {
    const middle = Math.sqrt(low * high);
    if (await ask(middle)) low = middle;
    else high = middle;
  }
  return { capacity: Math.sqrt(low * high), requests: spent };
}
