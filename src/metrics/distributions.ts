import type { Answer } from './answer.ts';
import { distribution } from './distribution.ts';
import { Gaps } from './gaps.ts';
import { type PooledMetric, type PopulationName, populations, type RequestMetric } from './metric.ts';
import type { ScorePolicy } from './policy.ts';
import { type Population, Sample } from './sample.ts';
import type { MetricSummary } from './summary.ts';

/** Collects the values of the given metrics over the answers of a run. */
export class Distributions {
  readonly #policy: ScorePolicy;
  readonly #metrics: readonly (RequestMetric | PooledMetric)[];
  readonly #groups: readonly Group[];

  constructor(metrics: readonly (RequestMetric | PooledMetric)[], policy: ScorePolicy, requests: number) {
    this.#policy = policy;
    this.#metrics = metrics;
    this.#groups = (Object.keys(populations) as PopulationName[]).map((among) => {
      const members = metrics.filter((metric) => metric.among === among);
      const single = members.filter((metric) => metric.per === 'request');
      return {
        among,
        columns: single.map((metric) => new Column(metric, requests)),
        gaps: single.length < members.length ? new Gaps(policy) : undefined,
      };
    });
  }

  add(answer: Answer): void {
    for (const { among, columns, gaps } of this.#groups) {
      if (populations[among].includes(answer)) {
        for (const column of columns) column.add(answer);
        gaps?.add(answer);
      } else if (answer.standing === 'censored') for (const column of columns) column.addCut(answer);
    }
  }

  /** One entry per metric, in their order. */
  get summaries(): MetricSummary[] {
    return this.#metrics.map((metric) => (metric.per === 'request' ? this.#ofRequests(metric) : this.#pooled(metric)));
  }

  #group(metric: RequestMetric | PooledMetric): Group | undefined {
    return this.#groups.find(({ among }) => among === metric.among);
  }

  #ofRequests(metric: RequestMetric): MetricSummary {
    const column = this.#group(metric)?.columns.find((each) => each.metric === metric);
    if (column === undefined) throw new Error(`no values were collected for ${metric.kind}`);
    const { words } = populations[metric.among];
    const also = column.cut === 0 ? '' : `, and ${column.cut} that we cut off, as far as they came`;
    return this.#summary(metric, `${words}${also}`, column.sample.population, column.sample.undefinedCount);
  }

  #pooled(metric: PooledMetric): MetricSummary {
    const gaps = this.#group(metric)?.gaps;
    if (gaps === undefined) throw new Error(`no gaps were collected for ${metric.kind}`);
    return this.#summary(
      metric,
      `${metric.per}s of ${populations[metric.among].words}`,
      metric.from(gaps),
      gaps.without,
    );
  }

  #summary(
    metric: RequestMetric | PooledMetric,
    population: string,
    values: Population,
    undefinedCount: number,
  ): MetricSummary {
    return {
      id: metric.kind,
      label: metric.label,
      unit: metric.unit,
      better: metric.better,
      per: metric.per,
      population,
      undefinedCount,
      ...distribution(values, metric.better, this.#policy.dialect),
    };
  }
}

/** The metrics that speak about the same requests. */
interface Group {
  readonly among: PopulationName;
  readonly columns: readonly Column[];
  readonly gaps: Gaps | undefined;
}

/** The values of one per-request metric. */
class Column {
  readonly metric: RequestMetric;
  readonly sample: Sample;
  /** Requests we cut off that still told something. */
  cut = 0;

  constructor(metric: RequestMetric, requests: number) {
    this.metric = metric;
    this.sample = new Sample(requests);
  }

  add(answer: Answer): void {
    this.sample.add(this.metric.of(answer));
  }

  addCut(answer: Answer): void {
    const value = this.metric.whenCut?.(answer);
    if (value === undefined) return;
    this.cut++;
    if ('exactly' in value) this.sample.add(value.exactly);
    else this.sample.addLowerBound(value.atLeast);
  }
}
