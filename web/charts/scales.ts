/** Position of a value, for drawings that no chart library makes. */
export interface Scale {
  (value: number): number;
  invert(position: number): number;
}

export function linear(from: number, to: number, start: number, end: number): Scale {
  const slope = (end - start) / (to - from || 1);
  return Object.assign((value: number) => start + (value - from) * slope, {
    invert: (position: number) => from + (position - start) / (slope || 1),
  });
}

/** Values outside the domain stand on its edge. */
export function logarithmic(from: number, to: number, start: number, end: number): Scale {
  const inner = linear(Math.log(from), Math.log(to), start, end);
  return Object.assign((value: number) => inner(Math.log(Math.min(to, Math.max(from, value)))), {
    invert: (position: number) => Math.exp(inner.invert(position)),
  });
}
