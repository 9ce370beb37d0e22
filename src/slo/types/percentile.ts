import { MetronError } from '../../core/errors.ts';
import { type Comparison, isPerRequest, judgeRequest, judgeWaits, parseTerm, termText } from '../term.ts';
import type { SloType } from './type.ts';

/** A bound on a percentile as a required share: P99 ≤ b where 99 % are ≤ b; P1 ≥ b where 99 % are ≥ b. */
const requiredShare = (percentile: number, comparison: Comparison): number =>
  Number((comparison === '<=' ? percentile / 100 : 1 - percentile / 100).toPrecision(12));

export const percentile: SloType = {
  kind: 'percentile',
  summary: 'a percentile of any metric, over requests or over tokens that go together by request',
  example: 'ttft_p99<=1s',
  parse(text) {
    if (/[@&]/.test(text)) return undefined;
    const term = parseTerm(text);
    if (term.percentile === undefined) return undefined;
    const share = requiredShare(term.percentile, term.comparison);
    if (share < 0.5 || share >= 1) {
      throw new MetronError(
        'SLO_INVALID',
        `"${text}" would be kept with ${Math.round((1 - share) * 100)}% of bad values`,
        {
          hint: `the percentile that hurts is P${100 - term.percentile}`,
        },
      );
    }
    return {
      text: termText(term),
      share,
      units: isPerRequest(term) ? 'requests' : `${term.metric.per}s`,
      judge: isPerRequest(term) ? (answer) => judgeRequest(term, answer) : (answer) => judgeWaits(term, answer),
    };
  },
};
