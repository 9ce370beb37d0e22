/**
 * Seeded randomness: one root seed, one independent stream per concern, so that changing how
 * lengths are drawn does not move a single arrival.
 */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /** Gamma with this shape and scale 1. */
  gamma(shape: number): number;
}

/** FNV-1a with a final avalanche: spreads seeds and names over 32 bits. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A stream of its own for each (seed, name); `sfc32` underneath. */
export function randomStream(seed: number | string, name: string): Random {
  let a = hash32(`${seed}/${name}/a`);
  let b = hash32(`${seed}/${name}/b`);
  let c = hash32(`${seed}/${name}/c`);
  let counter = 1;

  const bits = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    c |= 0;
    return out >>> 0;
  };
  for (let i = 0; i < 16; i++) bits();

  const next = (): number => {
    const high = bits() >>> 5;
    const low = bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  };

  const normal = (): number => {
    // Box–Muller; the second value is dropped so that a call always consumes the same amount.
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return radius * Math.cos(2 * Math.PI * next());
  };

  const exponential = (): number => -Math.log1p(-next());

  // Marsaglia and Tsang (2000); shapes below 1 by the power-of-a-uniform boost.
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const k = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + k * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };

  return { next, below: (bound) => Math.floor(next() * bound), normal, exponential, gamma };
}

/** One stream per concern from one root seed. */
export function seedStreams<Name extends string>(seed: number | string, names: readonly Name[]): Record<Name, Random> {
  return Object.fromEntries(names.map((name) => [name, randomStream(seed, name)])) as Record<Name, Random>;
}
