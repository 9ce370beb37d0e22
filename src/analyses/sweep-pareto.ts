/** One cell of a sweep on the plane that operators choose by. */
export interface ParetoPoint {
  readonly cell: number;
  /** Tokens per second that one reader gets: 1000 ÷ median TPOT in ms. */
  readonly interactivity: number;
  /** Output tokens per second of the whole system. */
  readonly throughput: number;
}

/** Cells that no other cell beats in both, by rising interactivity. */
export function paretoFront(points: readonly ParetoPoint[]): ParetoPoint[] {
  const byReader = [...points].sort((a, b) => b.interactivity - a.interactivity || b.throughput - a.throughput);
  const front: ParetoPoint[] = [];
  for (const point of byReader) {
    const best = front.at(-1)?.throughput ?? Number.NEGATIVE_INFINITY;
    if (point.throughput > best) front.push(point);
  }
  return front.reverse();
}
