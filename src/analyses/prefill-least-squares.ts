/**
 * Weighted least squares with coefficients ≥ 0, exact: of all subsets of columns whose plain solution
 * is non-negative, the one with the smallest error. For a handful of columns that is the whole search.
 */
export function nonNegativeLeastSquares(
  columns: readonly (readonly number[])[],
  values: readonly number[],
  weights: readonly number[],
): { readonly coefficients: readonly number[]; readonly error: number } {
  const scaled = columns.map((column) => {
    const size = Math.max(...column.map(Math.abs)) || 1;
    return { size, column: column.map((value) => value / size) };
  });
  let best = { coefficients: columns.map(() => 0), error: errorOf(values, weights) };
  for (let subset = 1; subset < 1 << columns.length; subset++) {
    const chosen = scaled.map((_, i) => i).filter((i) => (subset >> i) & 1);
    const picked = chosen.map((i) => scaled[i]?.column ?? []);
    const solution = solve(normalEquations(picked, values, weights));
    if (!solution?.every((value) => value >= 0)) continue;
    const residuals = values.map((value, row) =>
      picked.reduce((rest, column, k) => rest - (column[row] ?? 0) * (solution[k] ?? 0), value),
    );
    const error = errorOf(residuals, weights);
    if (error >= best.error) continue;
    const coefficients = columns.map(() => 0);
    for (const [k, i] of chosen.entries()) coefficients[i] = (solution[k] ?? 0) / (scaled[i]?.size ?? 1);
    best = { coefficients, error };
  }
  return best;
}

const errorOf = (residuals: readonly number[], weights: readonly number[]): number =>
  residuals.reduce((sum, residual, i) => sum + (weights[i] ?? 0) * residual * residual, 0);

/** Rows of the normal equations, right-hand side last. */
function normalEquations(
  columns: readonly (readonly number[])[],
  values: readonly number[],
  weights: readonly number[],
): number[][] {
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, row) => sum + (weights[row] ?? 0) * value * (b[row] ?? 0), 0);
  return columns.map((column) => [...columns.map((other) => product(column, other)), product(column, values)]);
}

const singular = 1e-13;

/** Gauss and Jordan with partial pivoting; undefined where the columns do not determine a solution. */
function solve(rows: number[][]): number[] | undefined {
  const n = rows.length;
  const size = Math.max(...rows.map((row, i) => Math.abs(row[i] ?? 0)));
  for (let i = 0; i < n; i++) {
    const pivot = rows
      .slice(i)
      .reduce((top, row, k) => (Math.abs(row[i] ?? 0) > Math.abs(rows[top]?.[i] ?? 0) ? i + k : top), i);
    const row = rows[pivot] ?? [];
    [rows[pivot], rows[i]] = [rows[i] ?? [], row];
    const head = row[i] ?? 0;
    if (Math.abs(head) <= singular * size) return undefined;
    for (const [k, other] of rows.entries()) {
      if (k === i) continue;
      const factor = (other[i] ?? 0) / head;
      for (let column = i; column <= n; column++) other[column] = (other[column] ?? 0) - factor * (row[column] ?? 0);
    }
  }
  return rows.map((row, i) => (row[n] ?? 0) / (row[i] ?? 1));
}
