import { MetronError } from '../core/errors.ts';
import type { Answer, PooledMetric, RequestMetric } from '../metrics/index.ts';
import { type Bound, boundText, parseBound } from './bound.ts';
import { sloMetrics } from './metrics.ts';
import { type Judgement, missedUnit, noUnit, unknownUnit } from './slo.ts';

export type Comparison = '<=' | '>=';

/** `ttft_p99<=1s`: a metric, perhaps a percentile of it, and a bound. */
export interface Term {
  readonly metric: RequestMetric | PooledMetric;
  readonly percentile?: number;
  readonly comparison: Comparison;
  readonly bound: Bound;
}

const shape = /^([a-z][a-z0-9_.-]*)(<=|>=|<|>|≤|≥)(.+)$/i;
const comparisons: Readonly<Record<string, Comparison>> = {
  '<=': '<=',
  '<': '<=',
  '≤': '<=',
  '>=': '>=',
  '>': '>=',
  '≥': '>=',
};

/** Reads `metric(_pNN|_median)? <= bound`; what it is not is refused with what it might be. */
export function parseTerm(text: string): Term {
  const [, name = '', sign = '', value = ''] = shape.exec(text.replace(/\s+/g, '')) ?? [];
  const comparison = comparisons[sign];
  if (name === '' || comparison === undefined) {
    throw new MetronError('SLO_INVALID', `"${text}" is no condition`, {
      hint: 'write a metric, <= or >=, and a bound: fluidity>=0.9@99%, ttft_p99<=1s, tbt_p99<=100ms, error_rate<=1%',
    });
  }
  const { kind, percentile } = splitName(name, text);
  const metric = sloMetrics.get(kind);
  const bound = parseBound(value, metric.unit, text);
  refuseWrongWay(text, name, metric, comparison);
  return { metric, comparison, bound, ...(percentile !== undefined && { percentile }) };
}

function splitName(name: string, text: string): { kind: string; percentile?: number } {
  const kind = name.toLowerCase().replaceAll('_', '-');
  refuseNoShare(kind, text);
  const [, base, digits] = /^(.+)-p(\d{1,2}(?:\.?\d+)?)$/.exec(kind) ?? [];
  if (base !== undefined && digits !== undefined) return { kind: base, percentile: readPercentile(digits) };
  if (kind.endsWith('-median')) return { kind: kind.slice(0, -'-median'.length), percentile: 50 };
  return { kind };
}

/** Names that people look for and that no share of requests stands behind. */
function refuseNoShare(kind: string, text: string): void {
  if (/^goodput/.test(kind)) {
    throw new MetronError('SLO_INVALID', `"${text}": goodput has the conditions of its requests in it`, {
      hint: 'write them, and the share of requests that must meet them together: ttft<=500ms & tpot<=50ms @ 90%',
    });
  }
  const [, metric, end] = /^(.+)-(max|p100|mean|avg|average)$/.exec(kind) ?? [];
  if (metric === undefined || sloMetrics.has(kind)) return;
  const why =
    end === 'max' || end === 'p100' ? 'no sample can show that all requests pass' : 'a mean is no share of requests';
  throw new MetronError('SLO_INVALID', `"${text}": ${why}`, {
    hint: `name a percentile, such as ${metric.replaceAll('-', '_')}_p${end === 'max' || end === 'p100' ? 99 : 50}`,
  });
}

/** `p999` is how many write P99.9. */
const readPercentile = (digits: string): number =>
  digits.includes('.') || digits.length <= 2 ? Number(digits) : Number(`${digits.slice(0, 2)}.${digits.slice(2)}`);

function refuseWrongWay(text: string, name: string, { better, kind }: Term['metric'], comparison: Comparison): void {
  const wrong = (better === 'lower' && comparison === '>=') || (better === 'higher' && comparison === '<=');
  if (!wrong) return;
  throw new MetronError('SLO_INVALID', `"${text}" asks for a bad result: ${kind} is better when it is ${better}`, {
    hint: `write ${name}${comparison === '>=' ? '<=' : '>='}…`,
  });
}

export function termText({ metric, percentile, comparison, bound }: Term): string {
  const suffix = percentile === undefined ? '' : `_p${String(percentile)}`;
  return `${metric.kind.replaceAll('-', '_')}${suffix}${comparison}${boundText(bound)}`;
}

/** Comparable among values of one term; more is worse. */
const strainOf = (value: number, { comparison, bound }: Term): number =>
  comparison === '<=' ? value / bound.value : bound.value / value;

function judged(value: number, term: Term): Judgement {
  const good = within(value, term) ? 1 : 0;
  return { good, missed: 1 - good, unknown: 0, strain: strainOf(value, term) };
}

const within = (value: number, { comparison, bound }: Term): boolean =>
  comparison === '<=' ? value <= bound.value : value >= bound.value;

/** Whether one request keeps the bound. A failed one does not; one that we cut off may be undecided. */
export function judgeRequest(term: Term & { readonly metric: RequestMetric }, answer: Answer): Judgement {
  const { metric } = term;
  if (answer.standing === 'failed' || answer.standing === 'partial') return missedUnit;
  if (answer.standing === 'completed') {
    const value = metric.of(answer);
    if (value === undefined) return noUnit;
    return judged(value, term);
  }
  const cut = metric.whenCut?.(answer);
  if (cut === undefined) return unknownUnit;
  if ('exactly' in cut) return judged(cut.exactly, term);
  return term.comparison === '<=' && cut.atLeast > term.bound.value ? missedUnit : unknownUnit;
}

/** The waits of one request that keep the bound; a failed or broken-off answer misses one more. */
export function judgeWaits({ metric, comparison, bound }: Term, answer: Answer): Judgement {
  const { timeline, standing } = answer;
  const byToken = metric.per === 'token';
  const times = byToken ? timeline.times : timeline.chunkTimes;
  const count = byToken ? timeline.length : timeline.chunks;
  const limit = bound.value * 1e6;
  let good = 0;
  let worst = 0;
  for (let i = 1; i < count; i++) {
    const wait = (times[i] as number) - (times[i - 1] as number);
    if (comparison === '<=' ? wait <= limit : wait >= limit) good++;
    worst = Math.max(worst, comparison === '<=' ? wait / limit : limit / wait);
  }
  const broken = standing === 'failed' || standing === 'partial' ? 1 : 0;
  return { good, missed: Math.max(0, count - 1) - good + broken, unknown: 0, strain: worst };
}

export const isPerRequest = (term: Term): term is Term & { readonly metric: RequestMetric } =>
  term.metric.per === 'request';
