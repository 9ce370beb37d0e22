import { MetronError } from '../../core/errors.ts';
import { boundText, parseBound } from '../bound.ts';
import { type Condition, goodUnit, missedUnit, noUnit } from '../slo.ts';
import type { SloType } from './type.ts';

/** At most this share of requests may fail, time out, break off or never be sent. */
export function errorRateAtMost(rate: number): Condition {
  return {
    text: `error_rate<=${boundText({ value: rate, unit: 'share' })}`,
    share: 1 - rate,
    units: 'requests',
    judge: ({ standing }) => (standing === 'censored' ? noUnit : standing === 'completed' ? goodUnit : missedUnit),
  };
}

export const errorRate: SloType = {
  kind: 'error-rate',
  summary: 'at most this share of requests may fail; always part of an objective, 1% if not given',
  example: 'error_rate<=1%',
  parse(text) {
    const [, sign, value = ''] = /^\s*error[_-]rate\s*(<=?|≤|>=?|≥)\s*(.+?)\s*$/i.exec(text) ?? [];
    if (sign === undefined) return undefined;
    const { value: rate } = parseBound(value, 'share', text);
    if (!/[<≤]/.test(sign) || rate <= 0 || rate >= 1) {
      throw new MetronError('SLO_INVALID', `"${text}": expected error_rate<= and a share between 0 and 100%`, {
        hint: 'no sample can show that no request ever fails; write error_rate<=0.1%',
      });
    }
    return errorRateAtMost(rate);
  },
};
