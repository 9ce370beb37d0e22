import {
  type Chunks,
  chunkKinds,
  type Outcome,
  type OutputCounts,
  phases,
  type RequestRecord,
} from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { listDifferences, listNumbers } from './number-list.ts';

/** Version of one line of `records.jsonl`; a reader refuses what is newer. */
const recordVersion = 1;

/** First letter of each chunk kind, in the order of `chunkKinds`: content, reasoning, tool, other. */
const kindLetters = chunkKinds.map((kind) => kind[0]).join('');

type Json = Readonly<Record<string, unknown>>;

/**
 * One line of `records.jsonl`, without the line break. Keys carry units; what is absent was not
 * measured. `chunks.at_delta_ns` starts with the first chunk's time and goes on with the time
 * since the chunk before; `chunks.read_delta` likewise. Whole numbers, a third smaller than times.
 */
export function recordToJson(record: RequestRecord): string {
  const { chunks } = record;
  const head = JSON.stringify({
    v: recordVersion,
    id: record.id,
    session: record.session,
    phase: record.phase,
    scheduled_ns: record.scheduledAt,
    sent_ns: record.sentAt,
    resends: record.resends,
    first_byte_ns: record.firstByteAt,
    ended_ns: record.endedAt,
    outcome: record.outcome,
    prompt: record.prompt,
    output: outputToJson(record.output),
    server_timing: record.serverTiming,
    text: record.text,
  });
  return `${head.slice(0, -1)},"chunks":${chunksToJson(chunks)}}`;
}

function outputToJson(output: OutputCounts): Json {
  return {
    asked: output.asked,
    total: output.total,
    total_source: output.totalSource,
    chunk_source: output.chunkSource,
    reported: output.reported,
    reported_reasoning: output.reportedReasoning,
  };
}

function chunksToJson({ at, tokens, kind, bytes, read, clientDelay }: Chunks): string {
  let letters = '';
  for (let i = 0; i < kind.length; i++) letters += kindLetters[kind[i] ?? 0];
  const delay = clientDelay ? `,"client_delay_ns":[${listNumbers(clientDelay)}]` : '';
  return (
    `{"at_delta_ns":[${listDifferences(at)}],"tokens":[${listNumbers(tokens)}],"kind":"${letters}",` +
    `"bytes":[${listNumbers(bytes)}],"read_delta":[${listDifferences(read)}]${delay}}`
  );
}

/** The record of one line. Throws a plain `Error` that says what is wrong with it. */
export function recordFromJson(line: string): RequestRecord {
  const json: unknown = JSON.parse(line);
  if (!isObject(json)) throw new Error('not an object');
  if (json.v !== recordVersion) throw new Error(versionProblem(json.v));
  const { id, phase, scheduled_ns: scheduledAt, outcome } = json;
  if (typeof id !== 'number' || !isPhase(phase) || typeof scheduledAt !== 'number') {
    throw new Error('no id, phase or scheduled_ns');
  }
  if (!isObject(outcome) || typeof outcome.status !== 'string') throw new Error('no outcome');
  return {
    id,
    ...optional('session', json.session),
    phase,
    scheduledAt: scheduledAt as Nanoseconds,
    ...optional('sentAt', json.sent_ns),
    ...optional('resends', json.resends),
    ...optional('firstByteAt', json.first_byte_ns),
    ...optional('endedAt', json.ended_ns),
    prompt: isObject(json.prompt) ? json.prompt : {},
    output: outputFromJson(json.output),
    chunks: chunksFromJson(json.chunks),
    outcome: outcome as unknown as Outcome,
    ...optional('serverTiming', json.server_timing),
    ...optional('text', json.text),
  } as RequestRecord;
}

function versionProblem(version: unknown): string {
  return typeof version === 'number' && version > recordVersion
    ? `written by a newer metron (record version ${version}, this one reads ${recordVersion})`
    : 'not a metron record';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPhase = (value: unknown): value is RequestRecord['phase'] =>
  typeof value === 'string' && (phases as readonly string[]).includes(value);

function optional(key: string, value: unknown): Json {
  return value === undefined || value === null ? {} : { [key]: value };
}

function outputFromJson(json: unknown): OutputCounts {
  if (!isObject(json)) return {};
  return {
    ...optional('asked', json.asked),
    ...optional('total', json.total),
    ...optional('totalSource', json.total_source),
    ...optional('chunkSource', json.chunk_source),
    ...optional('reported', json.reported),
    ...optional('reportedReasoning', json.reported_reasoning),
  };
}

/** The columns of a record's chunks, side by side in one piece of memory. */
interface Columns {
  readonly at: Float64Array;
  readonly delay: Float64Array | undefined;
  readonly bytes: Uint32Array;
  readonly read: Uint32Array;
  readonly tokens: Uint16Array | Uint32Array;
  readonly kind: Uint8Array;
}

/** One allocation a record, not six: a million records are read at once when a run is scored. */
function columnsFor(count: number, withDelay: boolean, wideTokens: boolean): Columns {
  const times = withDelay ? 16 : 8;
  const buffer = new ArrayBuffer(count * (times + 8 + (wideTokens ? 4 : 2) + 1));
  const afterTimes = count * times;
  const afterReads = afterTimes + count * 8;
  const Tokens = wideTokens ? Uint32Array : Uint16Array;
  return {
    at: new Float64Array(buffer, 0, count),
    delay: withDelay ? new Float64Array(buffer, count * 8, count) : undefined,
    bytes: new Uint32Array(buffer, afterTimes, count),
    read: new Uint32Array(buffer, afterTimes + count * 4, count),
    tokens: new Tokens(buffer, afterReads, count),
    kind: new Uint8Array(buffer, afterReads + count * (wideTokens ? 4 : 2), count),
  };
}

function chunksFromJson(json: unknown): Chunks {
  if (!isObject(json)) throw new Error('no chunks');
  const deltas = column(json, 'at_delta_ns');
  const count = deltas.length;
  const tokens = column(json, 'tokens', count);
  const bytes = column(json, 'bytes', count);
  const reads = column(json, 'read_delta', count);
  const letters = json.kind;
  if (typeof letters !== 'string' || letters.length !== count) throw new Error('chunks.kind has a wrong length');
  const delays = json.client_delay_ns === undefined ? undefined : column(json, 'client_delay_ns', count);

  const columns = columnsFor(count, delays !== undefined, tokens.some(isWide));
  let at = 0;
  let read = 0;
  for (let i = 0; i < count; i++) {
    at += deltas[i] ?? 0;
    read += reads[i] ?? 0;
    columns.at[i] = at;
    columns.read[i] = read;
    columns.tokens[i] = tokens[i] ?? 0;
    columns.bytes[i] = bytes[i] ?? 0;
    columns.kind[i] = kindOf(letters.charCodeAt(i));
    if (columns.delay && delays) columns.delay[i] = delays[i] ?? 0;
  }
  const { delay, ...rest } = columns;
  return delay ? { ...rest, clientDelay: delay } : rest;
}

const isWide = (tokens: number): boolean => tokens > 0xffff;

const kindByLetter = new Map(Array.from(kindLetters, (letter, index) => [letter.charCodeAt(0), index]));

function kindOf(letter: number): number {
  const kind = kindByLetter.get(letter);
  if (kind === undefined) throw new Error(`unknown chunk kind "${String.fromCharCode(letter)}"`);
  return kind;
}

function column(json: Record<string, unknown>, key: string, length?: number): readonly number[] {
  const values = json[key];
  if (!Array.isArray(values)) throw new Error(`no chunks.${key}`);
  if (length !== undefined && values.length !== length) throw new Error(`chunks.${key} has a wrong length`);
  return values;
}
