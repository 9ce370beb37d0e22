import type { MetricSummary, Percentile, Summary } from '../metrics/index.ts';
import { count, interval, quantity } from './format.ts';

/** Every metric of the summary as two tables: distributions and single values. */
export interface NumbersTable {
  readonly head: readonly string[];
  readonly distributions: readonly NumbersRow[];
  readonly values: readonly NumbersRow[];
  readonly note: string;
  /** Names of the metrics this run has no value for. */
  readonly without: readonly string[];
}

export interface NumbersRow {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly n: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly text: string;
  readonly small?: string;
}

const lowIsGood = [50, 90, 95, 99, 99.9];
/** Where a high value is good, the lower percentiles are the ones that hurt. */
const highIsGood = [50, 10, 5, 1, 0.1];

export function numbersTable(summary: Summary): NumbersTable {
  const rows = summary.metrics.filter(({ per, percentiles }) => per !== 'run' || percentiles !== undefined);
  const singles = summary.metrics.filter(({ per, percentiles }) => per === 'run' && percentiles === undefined);
  return {
    head: ['P50', 'P90', 'P95', 'P99', 'P99.9', 'Max'],
    distributions: rows.filter(({ n }) => n > 0).map(distribution),
    values: singles.map(single),
    without: rows.filter(({ n }) => n === 0).map(({ label }) => label),
    note: 'Percentiles are order statistics; beneath each its 95% interval. A percentile the sample cannot support says so. Metrics of which more is better show their lower percentiles, P10, P5, P1 and P0.1, and their lowest value.',
  };
}

function distribution(metric: MetricSummary): NumbersRow {
  const up = metric.better === 'higher';
  const edge = up ? metric.min : metric.max;
  const cells = (up ? highIsGood : lowIsGood).map((p) => {
    const found = metric.percentiles?.find((each) => each.p === p);
    return found ? percentileCell(found, metric.unit, up && p !== 50) : { text: '–' };
  });
  return {
    ...head(metric),
    cells: [...cells, { text: quantity(edge, metric.unit), ...(up ? { small: 'lowest' } : {}) }],
  };
}

function percentileCell(percentile: Percentile, unit: string, named: boolean): Cell {
  const { value, low, high, supported, needs, lowerBound, p } = percentile;
  if (value === undefined || !supported) return { text: 'n too small', small: `needs ${count(needs)}` };
  const range = interval(low, high, unit);
  return {
    text: `${lowerBound ? '≥ ' : ''}${quantity(value, unit)}`,
    small: named ? `P${p}${range === '' ? '' : `: ${range}`}` : range,
  };
}

function single(metric: MetricSummary): NumbersRow {
  const { value, interval: range, reason, unit } = metric;
  const small = value === undefined ? (reason ?? '') : interval(range?.low, range?.high, unit);
  return {
    ...head(metric),
    cells: [{ text: value === undefined ? 'none' : quantity(value, unit), ...(small === '' ? {} : { small }) }],
  };
}

function head({ id, label, population, n, undefinedCount, per }: MetricSummary): Omit<NumbersRow, 'cells'> {
  const missing = undefinedCount > 0 ? `; ${count(undefinedCount)} without it` : '';
  return { id, label, detail: `${per === 'run' ? '' : `per ${per}; `}${population}${missing}`, n: count(n) };
}
