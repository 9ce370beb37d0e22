/** Holm (1979): p-values adjusted so that the chance of any false one among them stays below the level. */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => (p[a] ?? 1) - (p[b] ?? 1));
  const adjusted = new Array<number>(p.length).fill(1);
  let largest = 0;
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * (p[i] ?? 1)));
    adjusted[i] = largest;
  }
  return adjusted;
}
