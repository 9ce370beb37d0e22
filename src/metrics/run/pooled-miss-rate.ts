import { clusteredRatio } from '../clustered-ratio.ts';
import type { RunMetric } from '../metric.ts';
import { NumberList } from '../number-list.ts';

/** 97.5 % point of the normal distribution. */
const normal = 1.959963984540054;

/** Service-level deadline miss rate (paper 4.1): every deadline of the run weighs the same. */
export const pooledMissRate: RunMetric = {
  kind: 'pooled-miss-rate',
  label: 'Deadline miss rate, pooled',
  unit: 'share',
  better: 'lower',
  per: 'run',
  population: 'deadlines of all scheduled requests not cut off by us',
  summary:
    'Σ missed ÷ Σ (met + missed) over requests; a failed request adds one missed deadline, a truncated or timed-out one keeps its prefix and adds one',
  start: () => {
    const missed = new NumberList();
    const all = new NumberList();
    return {
      add: ({ standing, deadlines }) => {
        if (standing === 'censored') return;
        missed.push(deadlines.missed);
        all.push(deadlines.met + deadlines.missed);
      },
      end: () => {
        const { share, variance, total } = clusteredRatio(missed.values, all.values);
        if (total === 0) return { n: 0, reason: 'no request had a deadline' };
        if (variance === undefined || share === 0) return { n: total, value: share };
        const margin = normal * Math.sqrt(variance);
        return {
          n: total,
          value: share,
          interval: { low: Math.max(0, share - margin), high: Math.min(1, share + margin) },
        };
      },
    };
  },
};
