import { outcomeClass, type RequestRecord } from '../core/record.ts';

/**
 * What an outcome means for the score:
 * - `completed`: an answer with at least one token;
 * - `failed`: no answer: one missed deadline, nothing else counts;
 * - `partial`: cut off by the server or by a timeout: the deadlines of what came, and one missed;
 * - `censored`: cut off by us: neither good nor bad, out of every share.
 */
export type Standing = 'completed' | 'failed' | 'partial' | 'censored';

export function standingOf({ outcome }: RequestRecord, tokens: number): Standing {
  switch (outcome.status) {
    case 'completed':
      return tokens > 0 ? 'completed' : 'failed';
    case 'truncated':
    case 'timeout':
      return tokens > 0 ? 'partial' : 'failed';
    case 'failed':
    case 'dropped':
      return 'failed';
    case 'cancelled':
      return 'censored';
    default:
      return outcome satisfies never;
  }
}

/** The outcome in a word; an answer that completed without a token is `empty`. */
export const classOf = (record: RequestRecord, standing: Standing): string =>
  standing === 'failed' && record.outcome.status === 'completed' ? 'empty' : outcomeClass(record.outcome);
