import type { Probe, ProbeObservation } from '../../src/analyses/capacity-probe.ts';
import { randomStream } from '../../src/core/random.ts';

/** A system whose capacity is known in closed form. */
export interface Target {
  readonly name: string;
  readonly share: number;
  /** Relative width asked of the interval: wider where requests go together, which costs the more. */
  readonly tolerance: number;
  /** Most requests as a share of what bisection takes for an equal error; see docs/capacity.md. */
  readonly costShare: number;
  /** One system of this kind: its capacity lies anywhere within a doubling, so that no grid of loads is lucky. */
  draw(seed: number): Drawn;
}

export interface Drawn {
  readonly capacity: number;
  readonly probe: Probe;
}

function drawn(name: string, seed: number, capacity: number, probe: Probe): Drawn {
  const scale = 2 ** randomStream(seed, `${name}, place`).next();
  return { capacity: capacity * scale, probe: (load, requests) => probe(load / scale, requests) };
}

const observation = (
  missed: Float64Array,
  load: number,
  backlog: ProbeObservation['backlog'] = 'steady',
  strain = missed,
): ProbeObservation => ({
  tallies: [{ good: missed.map((value) => 1 - value), missed, unknown: new Float64Array(missed.length), strain }],
  backlog,
  cost: { requests: missed.length, seconds: missed.length / load, tokens: 0 },
});

/** Independent requests that miss with a probability that grows with load. */
function independent(
  name: string,
  share: number,
  capacity: number,
  misses: (load: number) => number,
  costShare = 0.5,
): Target {
  return {
    name,
    share,
    tolerance: 0.05,
    costShare,
    draw(seed) {
      const random = randomStream(seed, name);
      return drawn(name, seed, capacity, async (load, requests) => {
        const probability = misses(load);
        return observation(
          Float64Array.from({ length: requests }, () => (random.next() < probability ? 1 : 0)),
          load,
        );
      });
    },
  };
}

/**
 * Poisson arrivals at one server with exponential service of mean 1: a wait W is over t with
 * probability ρ·e^(−(1−ρ)t). Requests wait for each other, so their misses come together.
 */
function queue(share: number, limit: number, costShare: number): Target {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (middle * Math.exp(-(1 - middle) * limit) <= 1 - share) low = middle;
    else high = middle;
  }
  const name = `M/M/1 queue, wait ≤ ${limit} service times @ ${share * 100}%`;
  return {
    name,
    share,
    tolerance: 0.1,
    costShare,
    draw(seed) {
      const random = randomStream(seed, name);
      /** Each load keeps its queue: a further look goes on where the one before ended. */
      const waits = new Map<number, number>();
      return drawn(name, seed, low, async (load, requests) => {
        // A stable queue begins as it goes on; an unstable one empty.
        const first = load < 1 && random.next() < load ? random.exponential() / (1 - load) : 0;
        let wait = waits.get(load) ?? first;
        const missed = new Float64Array(requests);
        const strain = new Float64Array(requests);
        for (let i = 0; i < requests; i++) {
          missed[i] = wait > limit ? 1 : 0;
          strain[i] = wait / limit;
          wait = Math.max(0, wait + random.exponential() - random.exponential() / load);
        }
        const before = waits.get(load) ?? 0;
        waits.set(load, wait);
        return observation(missed, load, load > 1 && wait > before + requests * 0.02 ? 'growing' : 'steady', strain);
      });
    },
  };
}

/** Misses as a power of load: a tenth more load at the edge brings this many times the misses. */
const power = (share: number, capacity: number, factor: number) => {
  const exponent = Math.log(factor) / Math.log(1.1);
  return (load: number) => Math.min(1, (1 - share) * (load / capacity) ** exponent);
};

export const targets: readonly Target[] = [
  independent('smooth, 99%', 0.99, 3.7, power(0.99, 3.7, 2)),
  independent('steep, 99%', 0.99, 11.3, power(0.99, 11.3, 8)),
  independent('cliff, 99%', 0.99, 5.23, (load) => (load <= 5.23 ? 0.001 : 0.4), 1),
  independent('smooth, 90%', 0.9, 0.83, power(0.9, 0.83, 1.6)),
  queue(0.9, 8, 0.6),
  queue(0.99, 20, 1),
];
