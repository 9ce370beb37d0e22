import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerMillisecond } from '../core/units.ts';
import { AnswerReader } from '../metrics/answer.ts';
import type { ScorePolicy } from '../metrics/policy.ts';
import { requestMetrics } from '../metrics/request-metrics.ts';

/** One value per request and metric, in order of issue; absent where the metric has no meaning for a request. */
export interface RequestValues {
  readonly ids: readonly number[];
  readonly columns: ReadonlyMap<string, readonly (number | undefined)[]>;
}

/** Metrics that are no request metric of the registry but can be averaged over requests. */
export const ownColumns = {
  /** 1 for a fluid answer, 0 for any other that was not cut off by us. */
  fluid: 'fluid',
  /** 1 for a request that failed, 0 for one that completed. */
  failed: 'failed',
  /** D* of every request, ms; infinite for one that did not complete. */
  neededDeadline: 'needed-deadline',
} as const;

/** What is compared of a run: every measured request that was not cut off by us, under one policy. */
export function requestValues(records: readonly RequestRecord[], policy: ScorePolicy): RequestValues {
  const reader = new AnswerReader(policy);
  const metrics = requestMetrics.all.filter((metric) => metric.per === 'request');
  const ids: number[] = [];
  const columns = new Map<string, (number | undefined)[]>();
  const put = (kind: string, value: number | undefined): void => {
    const column = columns.get(kind);
    if (column) column.push(value);
    else columns.set(kind, [value]);
  };
  const measured = records.filter(({ phase }) => phase === 'measure');
  for (const record of [...measured].sort((a, b) => a.scheduledAt - b.scheduledAt)) {
    const answer = reader.read(record);
    if (answer.standing === 'censored') continue;
    ids.push(record.id);
    const among = { completed: answer.standing === 'completed', scored: true, sent: record.sentAt !== undefined };
    for (const metric of metrics) put(metric.kind, among[metric.among] ? metric.of(answer) : undefined);
    put(ownColumns.fluid, answer.fluid ? 1 : 0);
    put(ownColumns.neededDeadline, answer.minimumDecodeDeadline / nanosecondsPerMillisecond);
    put(ownColumns.failed, answer.standing === 'completed' ? 0 : 1);
  }
  return { ids, columns };
}
