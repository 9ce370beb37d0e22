import { type Chunks, chunkKinds, type Outcome, phases, type RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { ByteReader, ByteWriter } from './packed-bytes.ts';

/** Requests as a page carries them: times in steps of 10 µs, chunks without a token left out. */
export interface PackedRequests {
  readonly bytes: string;
  /** Outcomes by the index the bytes use. */
  readonly outcomes: readonly Outcome[];
}

const other = chunkKinds.indexOf('other');
/** Far below what a gap means to a reader, and most gaps then fit into two bytes. */
const resolution = 10_000;
const steps = (time: number): number => Math.round(time / resolution);
const time = (count: number): Nanoseconds => (count * resolution) as Nanoseconds;

export function packRequests(records: readonly RequestRecord[]): PackedRequests {
  const bytes = new ByteWriter();
  const outcomes = new Map<string, number>();
  for (const record of records) packRequest(bytes, record, outcomes);
  return { bytes: bytes.base64(), outcomes: [...outcomes.keys()].map((json) => JSON.parse(json) as Outcome) };
}

/** Bytes one request takes, before base64. */
export function packedSize(record: RequestRecord): number {
  const bytes = new ByteWriter();
  packRequest(bytes, record, new Map());
  return bytes.length;
}

function packRequest(bytes: ByteWriter, record: RequestRecord, outcomes: Map<string, number>): void {
  const { id, phase, scheduledAt, sentAt, firstByteAt, endedAt, prompt, output, outcome } = record;
  const due = steps(scheduledAt);
  const after = (time: number | undefined): number | undefined =>
    time === undefined ? undefined : Math.max(0, steps(time) - due);
  const key = JSON.stringify(brief(outcome));
  if (!outcomes.has(key)) outcomes.set(key, outcomes.size);
  bytes.unsigned(id);
  bytes.optional(record.session);
  bytes.unsigned(phases.indexOf(phase) + phases.length * (record.resends ?? 0));
  bytes.unsigned(due);
  for (const time of [sentAt, firstByteAt, endedAt]) bytes.optional(after(time));
  bytes.optional(prompt.reported ?? prompt.local ?? prompt.asked);
  bytes.optional(output.total);
  bytes.unsigned(outcomes.get(key) ?? 0);
  packChunks(bytes, record.chunks, due);
}

/** Bodies and messages may be long and are shown nowhere on the page. */
function brief(outcome: Outcome): Outcome {
  if (outcome.status !== 'failed' || !('body' in outcome.failure)) return outcome;
  const { body: _, ...failure } = outcome.failure;
  return { status: 'failed', failure };
}

/** Per chunk the time since the one before, doubled; odd: tokens and kind have changed and follow. */
function packChunks(bytes: ByteWriter, { at, tokens, kind }: Chunks, due: number): void {
  const held: number[] = [];
  for (let i = 0; i < at.length; i++) if ((tokens[i] ?? 0) > 0 && kind[i] !== other) held.push(i);
  bytes.unsigned(held.length);
  let previous = due;
  let load = -1;
  for (const i of held) {
    const now = Math.max(previous, steps(at[i] ?? 0));
    const next = (tokens[i] ?? 0) * chunkKinds.length + (kind[i] ?? 0);
    bytes.unsigned((now - previous) * 2 + (next === load ? 0 : 1));
    if (next !== load) bytes.unsigned(next);
    previous = now;
    load = next;
  }
}

export function unpackRequests({ bytes, outcomes }: PackedRequests): RequestRecord[] {
  const reader = new ByteReader(bytes);
  const records: RequestRecord[] = [];
  while (!reader.done) records.push(unpackRequest(reader, outcomes));
  return records;
}

function unpackRequest(reader: ByteReader, outcomes: readonly Outcome[]): RequestRecord {
  const id = reader.unsigned();
  const session = reader.optional();
  const sending = reader.unsigned();
  const phase = phases[sending % phases.length] ?? 'measure';
  const resends = Math.floor(sending / phases.length);
  const due = reader.unsigned();
  const later = (): Nanoseconds | undefined => {
    const after = reader.optional();
    return after === undefined ? undefined : time(due + after);
  };
  const [sentAt, firstByteAt, endedAt] = [later(), later(), later()];
  const prompt = reader.optional();
  const total = reader.optional();
  const outcome = outcomes[reader.unsigned()] ?? { status: 'dropped', reason: 'unknown' };
  return {
    id,
    ...(session === undefined ? {} : { session }),
    phase,
    scheduledAt: time(due),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(resends === 0 ? {} : { resends }),
    ...(firstByteAt === undefined ? {} : { firstByteAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    prompt: prompt === undefined ? {} : { reported: prompt },
    output: total === undefined ? {} : { total },
    chunks: unpackChunks(reader, due),
    outcome,
  };
}

function unpackChunks(reader: ByteReader, due: number): Chunks {
  const n = reader.unsigned();
  const at = new Float64Array(n);
  const tokens = new Uint32Array(n);
  const kind = new Uint8Array(n);
  let now = due;
  let load = 0;
  for (let i = 0; i < n; i++) {
    const entry = reader.unsigned();
    now += Math.floor(entry / 2);
    if (entry % 2 === 1) load = reader.unsigned();
    at[i] = time(now);
    tokens[i] = Math.floor(load / chunkKinds.length);
    kind[i] = load % chunkKinds.length;
  }
  return { at, tokens, kind, bytes: new Uint32Array(n), read: Uint32Array.from({ length: n }, (_, i) => i) };
}
