/**
 * Evidence, at any moment of an open-ended observation, that a share of misses lies below or above
 * what is allowed. Each is an e-value: a betting wealth that starts at 1 and, as long as its null
 * holds, exceeds 1/α at any time with probability at most α (Ville). The bets are a mixture of
 * likelihood ratios over a Beta prior cut at the allowed share (Robbins 1970), so looking as often
 * as one likes costs nothing.
 */
export interface ShareEvidence {
  /** Logarithm of the evidence against "more is missed than allowed". */
  readonly pass: number;
  /** Logarithm of the evidence against "no more is missed than allowed". */
  readonly fail: number;
}

/** Prior misses: half of one, whatever is allowed, so that the prior is wide on the scale that matters. */
const priorMisses = 0.5;

/** `misses` in `n` independent units, both perhaps fractional; `allowed` in (0, 1). */
export function shareEvidence(misses: number, n: number, allowed: number): ShareEvidence {
  const strength = priorMisses / (allowed * (1 - allowed));
  const a = allowed * strength;
  const b = (1 - allowed) * strength;
  const atEdge = misses * Math.log(allowed) + (n - misses) * Math.log1p(-allowed);
  const prior = logBetaParts(a, b, allowed);
  const posterior = logBetaParts(a + misses, b + n - misses, allowed);
  return {
    pass: posterior.below - prior.below - atEdge,
    fail: posterior.above - prior.above - atEdge,
  };
}

/** Logarithms of the integrals of t^(a−1)(1−t)^(b−1) from 0 to x and from x to 1. */
function logBetaParts(a: number, b: number, x: number): { below: number; above: number } {
  const whole = logGamma(a) + logGamma(b) - logGamma(a + b);
  // The continued fraction converges fast on the side of the smaller part.
  if (x < (a + 1) / (a + b + 2)) {
    const below = logTail(a, b, x);
    return { below, above: whole + logOneMinusExp(below - whole) };
  }
  const above = logTail(b, a, 1 - x);
  return { below: whole + logOneMinusExp(above - whole), above };
}

const logOneMinusExp = (value: number): number =>
  value >= 0 ? Number.NEGATIVE_INFINITY : Math.log1p(-Math.exp(value));

/** Lentz's evaluation of the continued fraction of the incomplete beta integral (NIST DLMF 8.17.22). */
function logTail(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-13) break;
  }
  return a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) + Math.log(fraction);

  function guarded(value: number): number {
    return Math.abs(value) < tiny ? tiny : value;
  }
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** Logarithm of Γ(x), x > 0 (Lanczos, g = 7). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x - 1 + 7.5;
  let sum = 0.99999999999980993;
  for (const [i, coefficient] of lanczos.entries()) sum += coefficient / (x + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}
