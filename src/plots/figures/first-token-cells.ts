import { extent, rounded } from '../order.ts';

/** Lower corner, upper corner, count. */
export type Cell = readonly [across: number, ms: number, acrossEnd: number, msEnd: number, count: number];

/** Counts on a grid of 48 × 32 cells, logarithmic upwards and, over prompt lengths, across. */
export function cells(
  points: readonly (readonly [across: number, ms: number, id: number])[],
  { logarithmic }: { readonly logarithmic: boolean },
): Cell[] {
  const places = points.map(([across]) => across);
  const x = logarithmic ? logarithmicGrid(places, 48) : evenGrid(places, 48);
  const y = logarithmicGrid(
    points.map(([, time]) => time),
    32,
  );
  const counts = new Map<number, number>();
  for (const [across, time] of points) {
    const cell = x.place(across) * 32 + y.place(time);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts].map(([cell, n]) => {
    const [i, j] = [Math.floor(cell / 32), cell % 32];
    return [x.edge(i), y.edge(j), x.edge(i + 1), y.edge(j + 1), n];
  });
}

interface Grid {
  place(value: number): number;
  edge(i: number): number;
}

function logarithmicGrid(values: readonly number[], n: number): Grid {
  const [least, most] = extent(values.map((value) => Math.max(value, 1e-3)));
  const ratio = Math.max(most / least, 1.01);
  return {
    place: (value) => within(n, Math.floor((Math.log(Math.max(value, 1e-3) / least) / Math.log(ratio)) * n)),
    edge: (i) => rounded(least * ratio ** (i / n), 2),
  };
}

function evenGrid(values: readonly number[], n: number): Grid {
  const [least, most] = extent(values);
  const step = Math.max((most - least) / n, 1e-3);
  return {
    place: (value) => within(n, Math.floor((value - least) / step)),
    edge: (i) => rounded(least + i * step, 3),
  };
}

const within = (n: number, i: number): number => Math.min(n - 1, Math.max(0, i));
