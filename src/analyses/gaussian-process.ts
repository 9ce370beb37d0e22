/** Where a function is asked for. */
export interface Place {
  readonly at: number;
  /** The function may jump from one piece to the next. */
  readonly piece: number;
  /** What functions it may also be a sum of have here, each times a factor that nobody knows. */
  readonly trends: readonly number[];
}

/** One noisy value of the function, and its standard error. */
export interface Observation extends Place {
  readonly value: number;
  readonly error: number;
}

export interface Estimate {
  readonly mean: number;
  readonly deviation: number;
}

/** How far values lie from 0, over which distance they are alike, and whether they change smoothly. */
interface Kernel {
  readonly size: number;
  readonly reach: number;
  readonly smooth: boolean;
}

/** Of the factors of trends: wide against what they can be. */
const trendSize = 0.1;

function covariance({ size, reach, smooth }: Kernel, a: Place, b: Place): number {
  const trend = trendSize ** 2 * dot(a.trends, b.trends);
  if (a.piece !== b.piece) return trend;
  const distance = Math.abs(a.at - b.at) / reach;
  const alike = smooth ? (1 + Math.sqrt(3) * distance) * Math.exp(-Math.sqrt(3) * distance) : Math.exp(-distance);
  return trend + size * size * alike;
}

/**
 * What noisy values tell about a function around 0 (Gaussian process, Matérn 1/2 and 3/2). Size and reach are not
 * chosen: estimates of all kernels are averaged, each weighed by the likelihood of the values under it, so that
 * values no larger than their errors are drawn to 0 and few values choose no kernel by chance.
 */
export function gaussianProcess(
  observations: readonly Observation[],
  sizes: readonly number[],
  reaches: readonly number[],
): (place: Place) => Estimate {
  const kernels = sizes.flatMap((size) =>
    reaches.flatMap((reach) => [true, false].map((smooth) => ({ size, reach, smooth }))),
  );
  const fits = kernels.map((kernel) => conditioned(kernel, observations));
  const likeliest = Math.max(...fits.map(({ logLikelihood }) => logLikelihood));
  const weights = fits.map(({ logLikelihood }) => Math.exp(logLikelihood - likeliest));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return (place) => {
    let [mean, square] = [0, 0];
    for (const [i, fit] of fits.entries()) {
      const weight = (weights[i] ?? 0) / all;
      if (weight < 1e-4) continue;
      const estimate = fit.at(place);
      mean += weight * estimate.mean;
      square += weight * (estimate.deviation ** 2 + estimate.mean ** 2);
    }
    return { mean, deviation: Math.sqrt(Math.max(0, square - mean * mean)) };
  };
}

/** One kernel given the values: C = L·Lᵀ of their covariance, C⁻¹·values, and their likelihood. */
function conditioned(kernel: Kernel, observations: readonly Observation[]) {
  const root = cholesky(
    observations.map((a, i) => observations.map((b, j) => covariance(kernel, a, b) + (i === j ? a.error ** 2 : 0))),
  );
  const values = observations.map(({ value }) => value);
  const whitened = forward(root, values);
  const logLikelihood = whitened.reduce((sum, each, i) => sum - each * each * 0.5 - Math.log(root[i]?.[i] ?? 1), 0);
  return {
    logLikelihood,
    at(place: Place): Estimate {
      const shared = forward(
        root,
        observations.map((each) => covariance(kernel, each, place)),
      );
      const known = dot(shared, shared);
      return {
        mean: dot(shared, whitened),
        deviation: Math.sqrt(Math.max(0, covariance(kernel, place, place) - known)),
      };
    },
  };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** L of a positive definite matrix L·Lᵀ. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const root: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const made: number[] = [];
    for (let j = 0; j <= i; j++) {
      const rest = (row[j] ?? 0) - dot(made, (j === i ? made : (root[j] ?? [])).slice(0, j));
      made.push(j === i ? Math.sqrt(Math.max(1e-18, rest)) : rest / (root[j]?.[j] ?? 1));
    }
    root.push(made);
  }
  return root;
}

/** x of L·x = values. */
function forward(root: readonly (readonly number[])[], values: readonly number[]): number[] {
  const found: number[] = [];
  for (const [i, row] of root.entries()) {
    found.push(((values[i] ?? 0) - dot(found, row.slice(0, i))) / (row[i] ?? 1));
  }
  return found;
}
