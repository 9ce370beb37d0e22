import type { Answer } from './answer.ts';
import { distribution } from './distribution.ts';
import { GapSample } from './gap-sample.ts';
import { type PooledMetric, populations, type RequestMetric } from './metric.ts';
import type { ScorePolicy } from './policy.ts';
import { type Population, Sample } from './sample.ts';
import type { MetricSummary } from './summary.ts';

/** Collects the values of one metric over the answers of a run. */
interface Collector {
  add(answer: Answer): void;
  summary(dialect: ScorePolicy['dialect']): MetricSummary;
}

export const collectorOf = (metric: RequestMetric | PooledMetric): Collector =>
  metric.per === 'request' ? requestCollector(metric) : pooledCollector(metric);

function requestCollector(metric: RequestMetric): Collector {
  const sample = new Sample();
  const rule = populations[metric.among];
  let cut = 0;
  return {
    add(answer) {
      if (rule.includes(answer)) sample.add(metric.of(answer));
      else if (answer.standing === 'censored') {
        const value = metric.whenCut?.(answer);
        if (value === undefined) return;
        cut++;
        if ('exactly' in value) sample.add(value.exactly);
        else sample.addLowerBound(value.atLeast);
      }
    },
    summary(dialect) {
      const also = cut === 0 ? '' : `, and ${cut} that we cut off, as far as they came`;
      return summarize(metric, `${rule.words}${also}`, sample, sample.undefinedCount, dialect);
    },
  };
}

function pooledCollector(metric: PooledMetric): Collector {
  const gaps = new GapSample();
  const rule = populations[metric.among];
  let without = 0;
  return {
    add(answer) {
      if (!rule.includes(answer)) return;
      const before = gaps.n;
      metric.pool(answer, gaps);
      if (gaps.n === before) without++;
    },
    summary: (dialect) => summarize(metric, `${metric.per}s of ${rule.words}`, gaps, without, dialect),
  };
}

function summarize(
  metric: RequestMetric | PooledMetric,
  words: string,
  population: Population,
  undefinedCount: number,
  dialect: ScorePolicy['dialect'],
): MetricSummary {
  return {
    id: metric.kind,
    label: metric.label,
    unit: metric.unit,
    better: metric.better,
    per: metric.per,
    population: words,
    undefinedCount,
    ...distribution(population, metric.better, dialect),
  };
}
