import { nanosecondsPerMillisecond } from '../core/units.ts';
import type { Estimate, MetricSummary, Summary } from '../metrics/index.ts';
import { chosen, chosenShare, count, duration, interval, number, share } from './format.ts';

/** One of the five numbers under the answer. */
export interface HeadlineNumber {
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
  readonly lines: readonly string[];
  readonly gauge?: Gauge;
}

/** A dot on a line with its interval and target; all in the unit of `domain`. */
export interface Gauge {
  readonly domain: readonly [number, number];
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly target: number;
  readonly met: boolean;
}

const none = 'none';

export function headlineNumbers(summary: Summary): HeadlineNumber[] {
  return [fluidAnswers(summary), fluidRate(summary), firstToken(summary), longestStall(summary), failed(summary)];
}

const range = ({ low, high, value, confidence }: Estimate, unit: string): string => {
  const text = interval(low, high, unit);
  return text === '' || value === undefined ? '' : `${chosenShare(confidence)} interval ${text}`;
};

const lines = (...all: (string | undefined)[]): string[] => all.filter((line): line is string => Boolean(line));

function fluidAnswers({ headline, policy, requests }: Summary): HeadlineNumber {
  const label = 'Fluid answers';
  const target = `target ${chosenShare(policy.fluidShare)}`;
  const estimate = headline.fluidShare;
  if (!headline.fluidityMeaningful && requests.completed > 0) {
    return { label, value: none, lines: ['the answers came all at once', target] };
  }
  if (estimate.value === undefined)
    return { label, value: none, lines: lines(estimate.reason ?? 'not measured', target) };
  return {
    label,
    value: share(estimate.value),
    lines: lines(range(estimate, 'share'), target),
    gauge: shareGauge(estimate, policy.fluidShare),
  };
}

function shareGauge({ value = 0, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>, target: number): Gauge {
  const least = Math.min(value, low ?? value, target);
  const from = least >= 0.9 ? 0.9 : least >= 0.6 ? 0.6 : 0;
  return { domain: [from, 1], value, ...ends(low, high), target, met: value >= target };
}

const ends = (low: number | undefined, high: number | undefined): { low?: number; high?: number } => ({
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
});

function fluidRate({ headline, policy }: Summary): HeadlineNumber {
  const estimate = headline.fluidRate;
  const label = 'Fluid token rate';
  const keepers = `kept by ${chosenShare(policy.fluidShare)}, first token aside`;
  const target = (1000 * nanosecondsPerMillisecond) / policy.decodeDeadline;
  const aim = `target ${number(target).replace(/\.0+$/, '')}, one per ${chosen(policy.decodeDeadline / nanosecondsPerMillisecond)}`;
  if (estimate.value === undefined) return { label, value: none, lines: lines(estimate.reason ?? 'not measured', aim) };
  const { value, low, high } = estimate;
  return {
    label,
    value: number(value),
    unit: 'tokens/s',
    lines: lines(keepers, range(estimate, ''), aim),
    gauge: {
      domain: [0, Math.max(target * 1.5, value * 1.1, (high ?? 0) * 1.05)],
      value,
      ...ends(low, high),
      target,
      met: value >= target,
    },
  };
}

function firstToken({ headline, metrics, policy }: Summary): HeadlineNumber {
  const label = 'First token in time';
  const deadline = policy.prefillDeadline;
  const aim =
    deadline.kind === 'constant'
      ? `deadline ${chosen(deadline.deadline / nanosecondsPerMillisecond)}`
      : `deadline by curve + ${chosen(deadline.slack / nanosecondsPerMillisecond)}`;
  const metric = metrics.find(({ id }) => id === 'first-token-in-time');
  if (metric?.value === undefined) return { label, value: none, lines: lines(metric?.reason ?? 'not measured', aim) };
  const { ttftP99 } = headline;
  const estimate = { value: metric.value, ...metric.interval };
  return {
    label,
    value: share(metric.value),
    lines: lines(
      metric.interval ? range({ ...metric.interval, value: metric.value, n: metric.n }, 'share') : undefined,
      `median ${duration(
        percentile(
          metrics.find(({ id }) => id === 'ttft'),
          50,
        ),
      )}`,
      ttftP99.value === undefined
        ? `P99: ${ttftP99.reason ?? 'n too small'}`
        : `P99 ${duration(ttftP99.value)} (${interval(ttftP99.low, ttftP99.high, 'ms')})`,
      aim,
    ),
    gauge: shareGauge(estimate, policy.fluidShare),
  };
}

const percentile = (metric: MetricSummary | undefined, p: number): number | undefined =>
  metric?.percentiles?.find((each) => each.p === p)?.value;

function longestStall({ headline, metrics }: Summary): HeadlineNumber {
  const estimate = headline.longestStall;
  const metric = metrics.find(({ id }) => id === 'longest-stall');
  const label = 'Longest stall';
  if (estimate.value === undefined) return { label, value: none, lines: lines(estimate.reason ?? 'not measured') };
  const perAnswer = percentile(metric, 90);
  return {
    label,
    value: estimate.value === 0 ? none : duration(estimate.value),
    lines: lines(
      estimate.value === 0 ? 'no answer stalled' : range(estimate, 'ms'),
      perAnswer === undefined
        ? undefined
        : `nine in ten answers: ${perAnswer === 0 ? none : `at most ${duration(perAnswer)}`}`,
    ),
  };
}

function failed({ requests, headline }: Summary): HeadlineNumber {
  const n = requests.scheduled - requests.censored;
  const kinds = requests.byClass
    .filter((each) => each.class !== 'completed' && !each.class.startsWith('cancelled'))
    .slice(0, 2)
    .map((each) => `${count(each.count)} × ${each.class}`);
  return {
    label: 'Failed or cut off',
    value: count(requests.failed),
    unit: `of ${count(n)}`,
    lines: lines(
      range(headline.errorRate, 'share'),
      kinds.join(', '),
      requests.censored > 0 ? `${count(requests.censored)} more ended with the run` : undefined,
    ),
  };
}
