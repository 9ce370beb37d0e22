import { MetronError } from '../../core/errors.ts';
import { parseShare, shareText } from '../bound.ts';
import { goodUnit, type Judgement, missedUnit, noUnit, unknownUnit } from '../slo.ts';
import { isPerRequest, judgeRequest, parseTerm, type Term, termText } from '../term.ts';
import type { SloType } from './type.ts';

/** Where a condition per request names no share. */
const defaultShare = 0.99;

/** The hardest strain counts; one bad bound makes a request bad; one that is undecided leaves it so. */
function all(judgements: readonly Judgement[]): Judgement {
  const strains = judgements.map(({ strain }) => strain).filter((strain) => strain !== undefined);
  return { ...together(judgements), ...(strains.length > 0 && { strain: Math.max(...strains) }) };
}

function together(judgements: readonly Judgement[]): Judgement {
  if (judgements.some(({ missed }) => missed > 0)) return missedUnit;
  if (judgements.some(({ unknown }) => unknown > 0)) return unknownUnit;
  return judgements.some(({ good }) => good > 0) ? goodUnit : noUnit;
}

function perRequest(text: string): Term & { metric: { per: 'request' } } {
  const term = parseTerm(text);
  if (!isPerRequest(term) || term.percentile !== undefined) {
    const many = term.percentile === undefined;
    const what = many ? `${term.metric.kind} has many values per request` : 'a percentile is a share already';
    const instead = many
      ? `write it as a percentile, such as ${termText({ ...term, percentile: 99 })}; `
      : 'leave the percentile or the share away; ';
    throw new MetronError('SLO_INVALID', `"${text.trim()}": ${what}`, {
      hint: `${instead}beside @ and & stand metrics with one value per request, such as ttft, tpot, e2e or fluidity`,
    });
  }
  return term;
}

export const joint: SloType = {
  kind: 'joint',
  summary: 'bounds that the same request must keep together, and the share of requests that must (99% if not given)',
  example: 'ttft<=500ms & tpot<=50ms @ 90%',
  parse(text) {
    const [bounds = '', share, ...more] = text.split('@');
    if (more.length > 0) throw new MetronError('SLO_INVALID', `"${text}" has two shares`);
    const terms = bounds.split('&').map(perRequest);
    const required = share === undefined ? defaultShare : parseShare(share, text);
    return {
      text: `${terms.map(termText).join(' & ')} @ ${shareText(required)}`,
      share: required,
      units: 'requests',
      judge: (answer) => all(terms.map((term) => judgeRequest(term, answer))),
    };
  },
};
