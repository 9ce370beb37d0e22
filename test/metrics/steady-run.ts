import type { Outcome, RequestRecord } from '../../src/core/record.ts';
import type { MetricSummary, Summary } from '../../src/metrics/summary.ts';
import { recordOf } from './any-record.ts';

/** `n` tokens, the first at 100 ms, the others `gap` ms apart. */
export const steady = (id: number, n: number, gap: number, more: Partial<RequestRecord> = {}): RequestRecord =>
  recordOf(
    Array.from({ length: n }, (_, i) => [100 + i * gap, 1] as const),
    { id, ...more },
  );

export const many = (count: number, make: (id: number) => RequestRecord): RequestRecord[] =>
  Array.from({ length: count }, (_, id) => make(id));

export const ended = (outcome: Outcome) => ({ outcome });
export const http503 = ended({ status: 'failed', failure: { kind: 'http', httpStatus: 503, body: 'busy' } });
export const cutByUs = ended({ status: 'cancelled', reason: 'run-end' });

export const metric = (summary: Summary, id: string): MetricSummary => {
  const found = summary.metrics.find((each) => each.id === id);
  if (!found) throw new Error(`no metric ${id}`);
  return found;
};
export const codes = ({ notes }: Summary): string[] => notes.map(({ code }) => code);
