import { nanosecondsPerSecond } from '../../core/units.ts';
import { quantileRanks } from '../binomial.ts';
import { confidence, type RunMetric, type RunResults, type RunValue } from '../metric.ts';
import { linearQuantile, orderStatistic } from '../order-statistic.ts';

/** The paper's headline (4.1): how fast nearly every answer can be read without a pause. */
export const fluidRate: RunMetric = {
  kind: 'fluid-rate',
  label: 'Fluid token generation rate',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'all scheduled requests not cut off by us',
  summary:
    '1 ÷ D_d*, the smallest decode deadline at which a share `fluidShare` of all requests is fluid, first token ignored: order statistic ⌈share · n⌉ of the D* per request',
  start: () => ({ end: rateOf }),
};

function rateOf({ minimumDeadlines, policy, counts }: RunResults): RunValue {
  const n = minimumDeadlines.length;
  const quantile = policy.dialect === 'etalon' ? linearQuantile : orderStatistic;
  const deadline = quantile(minimumDeadlines, policy.fluidShare);
  if (deadline === undefined) return { n, reason: 'no request ended in the measured window' };
  if (!Number.isFinite(deadline)) {
    const allowed = `${percent(1 - policy.fluidShare)} of requests`;
    return { n, reason: `${counts.failed} of ${n} requests failed, more than the ${allowed} that may` };
  }
  if (deadline === 0) return { n, reason: 'every token of an answer came at once: no deadline is too short' };
  const { low, high } = quantileRanks(n, policy.fluidShare, confidence);
  const longest = high === undefined ? undefined : minimumDeadlines[high - 1];
  const shortest = low === undefined ? undefined : minimumDeadlines[low - 1];
  return {
    n,
    value: nanosecondsPerSecond / deadline,
    interval: {
      ...(longest !== undefined && Number.isFinite(longest) ? { low: nanosecondsPerSecond / longest } : {}),
      ...(shortest !== undefined && shortest > 0 ? { high: nanosecondsPerSecond / shortest } : {}),
    },
  };
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
