import type { RequestRecord } from '../core/record.ts';
import { readRecords } from '../recording/record-reader.ts';
import type { SentStream } from './source-options.ts';

/** Records beside the truth. Errors are ours − the source's, nanoseconds. */
export interface Joined {
  /** Requests recorded as completed, and all that the source answered. */
  readonly completed: number;
  readonly answered: number;
  /** Tokens that the source sent, and those found in the records. */
  readonly tokensSent: number;
  readonly tokensFound: number;
  /** Of every token, in order of request and token: when it was sent, on the run's clock, and how much later it was stamped; less than 0: earlier. */
  readonly sentAt: Float64Array;
  readonly errors: Float64Array;
  /** How much later than stamped user space had it. */
  readonly delays: Float64Array;
  /** Per request that was sent, by id: sent − due, and the error of its first token. */
  readonly lateness: Float64Array;
  readonly firstTokenErrors: Float64Array;
}

/** Joins the records of a run with what the source says it sent; `origin` is the run's time 0. */
export async function joinWithLog(recordsPath: string, log: readonly SentStream[], origin: number): Promise<Joined> {
  const truth = new Map(log.map((stream) => [stream.request, stream]));
  const tokensSent = log.reduce((sum, { sentAt }) => sum + sentAt.length, 0);
  const columns = {
    sentAt: new Float64Array(tokensSent),
    errors: new Float64Array(tokensSent),
    delays: new Float64Array(tokensSent),
  };
  const lateness: number[] = [];
  const firstTokenErrors: number[] = [];
  let tokensFound = 0;
  let completed = 0;
  for await (const record of readRecords(recordsPath)) {
    if (record.outcome.status === 'completed') completed++;
    if (record.sentAt !== undefined) lateness.push(record.sentAt - record.scheduledAt);
    const sent = truth.get(record.id)?.sentAt ?? new Float64Array();
    const from = tokensFound;
    tokensFound += joinTokens(record, sent, origin, columns, from);
    if (tokensFound > from) firstTokenErrors.push(columns.errors[from] ?? 0);
  }
  return {
    completed,
    answered: log.length,
    tokensSent,
    tokensFound,
    sentAt: columns.sentAt.subarray(0, tokensFound),
    errors: columns.errors.subarray(0, tokensFound),
    delays: columns.delays.subarray(0, tokensFound),
    lateness: Float64Array.from(lateness),
    firstTokenErrors: Float64Array.from(firstTokenErrors),
  };
}

type Columns = Pick<Joined, 'sentAt' | 'errors' | 'delays'>;

function joinTokens(
  { chunks }: RequestRecord,
  sent: Float64Array,
  origin: number,
  into: Columns,
  from: number,
): number {
  let found = 0;
  for (let i = 0; i < chunks.at.length && found < sent.length; i++) {
    if ((chunks.tokens[i] ?? 0) === 0) continue;
    const sentAt = (sent[found] ?? 0) - origin;
    into.sentAt[from + found] = sentAt;
    into.errors[from + found] = (chunks.at[i] ?? 0) - sentAt;
    into.delays[from + found] = chunks.clientDelay?.[i] ?? 0;
    found++;
  }
  return found;
}
