import type { MetricSummary, Summary } from '../metrics/summary.ts';

const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const row = (cells: readonly (string | number | undefined)[]): string =>
  cells.map((cell) => (cell === undefined ? '' : quote(String(cell)))).join(',');

const columns = ['metric', 'label', 'unit', 'per', 'population', 'n', 'statistic', 'value', 'low', 'high', 'supported'];

function metricRows(metric: MetricSummary): string[] {
  const head = [metric.id, metric.label, metric.unit, metric.per, metric.population, metric.n];
  const rows: string[] = [];
  if (metric.value !== undefined) {
    rows.push(row([...head, 'value', metric.value, metric.interval?.low, metric.interval?.high, '']));
  }
  for (const statistic of ['mean', 'min', 'max'] as const) {
    if (metric[statistic] !== undefined) rows.push(row([...head, statistic, metric[statistic], '', '', '']));
  }
  for (const { p, value, low, high, supported } of metric.percentiles ?? []) {
    if (value !== undefined) rows.push(row([...head, `p${p}`, value, low, high, String(supported)]));
  }
  return rows;
}

/** Every number of a run, one statistic a line; what was not measured has no line. */
export const renderCsv = (summary: Summary): string =>
  `${[row(columns), ...summary.metrics.flatMap(metricRows)].join('\n')}\n`;
