import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerMillisecond } from '../core/units.ts';
import { type Answer, AnswerReader } from '../metrics/answer.ts';
import type { ScorePolicy } from '../metrics/policy.ts';
import { requestMetrics } from '../metrics/request-metrics.ts';

/** One value of a request, or as many as it has tokens; absent where the metric has no meaning for it. */
export type RequestValue = number | Float64Array | undefined;

/** What is known of each request by metric, in order of issue. */
export interface RequestValues {
  readonly ids: readonly number[];
  readonly columns: ReadonlyMap<string, readonly RequestValue[]>;
  /** Round of each request, where runs were measured in turns. */
  readonly rounds?: readonly number[];
}

/** Metrics that are no request metric of the registry but can be averaged over requests. */
export const ownColumns = {
  /** 1 for a fluid answer, 0 for any other that was not cut off by us. */
  fluid: 'fluid',
  /** 1 for a request that failed, 0 for one that completed. */
  failed: 'failed',
  /** Every wait between two tokens of a completed answer, ms. */
  tbt: 'tbt',
  /** D* of every request, ms; infinite for one that did not complete. */
  neededDeadline: 'needed-deadline',
} as const;

/** What is compared of a run: every measured request that was not cut off by us, under one policy. */
export function requestValues(records: readonly RequestRecord[], policy: ScorePolicy): RequestValues {
  const reader = new AnswerReader(policy);
  const metrics = requestMetrics.all.filter((metric) => metric.per === 'request');
  const ids: number[] = [];
  const columns = new Map<string, RequestValue[]>();
  const put = (kind: string, value: RequestValue): void => {
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
    put(ownColumns.tbt, among.completed ? tokenGaps(answer, policy) : undefined);
    put(ownColumns.fluid, answer.fluid ? 1 : 0);
    put(ownColumns.neededDeadline, answer.minimumDecodeDeadline / nanosecondsPerMillisecond);
    put(ownColumns.failed, answer.standing === 'completed' ? 0 : 1);
  }
  return { ids, columns };
}

/** Runs that were measured in turns, one after the other; the nth of `rounds` names the nth run's round. */
export function joinRounds(runs: readonly RequestValues[], rounds: readonly number[]): RequestValues {
  const columns = new Map<string, RequestValue[]>();
  for (const run of runs) {
    for (const [kind, column] of run.columns) columns.set(kind, (columns.get(kind) ?? []).concat(column));
  }
  return {
    ids: runs.flatMap(({ ids }, i) => ids.map((id) => requestOfRound(rounds[i] ?? i, id))),
    columns,
    rounds: runs.flatMap(({ ids }, i) => ids.map(() => rounds[i] ?? i)),
  };
}

const mostInRound = 2 ** 32;
/** One number for a request and its round. */
const requestOfRound = (round: number, id: number): number => round * mostInRound + id;

/** As the pooled metric `tbt` counts them: tokens of one chunk wait for none, unless the policy spreads them. */
function tokenGaps({ timeline }: Answer, { chunks }: ScorePolicy): Float64Array | undefined {
  const spread = chunks === 'even';
  const [times, length] = spread ? [timeline.times, timeline.length] : [timeline.chunkTimes, timeline.chunks];
  if (timeline.length < 2) return undefined;
  const gaps = new Float64Array(timeline.length - 1);
  for (let i = 1; i < length; i++) {
    gaps[i - 1] = ((times[i] as number) - (times[i - 1] as number)) / nanosecondsPerMillisecond;
  }
  return gaps;
}
