import { completedBy } from '../metrics/index.ts';
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

/** When shares of all scheduled requests had completed, failures not left out; a share never reached has no line. */
function incidenceRows({ completionIncidence: curve }: Summary): string[] {
  const head = [
    'completion-incidence',
    'Completed, of all scheduled requests',
    'ms',
    'request',
    'all scheduled requests',
    curve.n,
  ];
  const reached = [50, 90, 99].flatMap((p) => {
    const time = completedBy(curve, p / 100);
    return time === undefined ? [] : [row([...head, `p${p}`, time, '', '', ''])];
  });
  const ceiling = [...head.slice(0, 2), 'share', ...head.slice(3), 'ceiling', curve.ceiling, '', '', ''];
  return curve.n === 0 ? [] : [...reached, row(ceiling)];
}

/** Every number of a run, one statistic a line; what was not measured has no line. */
export const renderCsv = (summary: Summary): string =>
  `${[row(columns), ...summary.metrics.flatMap(metricRows), ...incidenceRows(summary)].join('\n')}\n`;
