/**
 * The recorder thread: reads the tapes of all receiving workers, makes records and appends them to
 * the run's file. Parsing, text and token counts happen here, long after the stamps were taken.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { protocols } from '../clients/index.ts';
import { MetronError } from '../core/errors.ts';
import { phases } from '../core/record.ts';
import { type TapeEntry, TapeReader, tapeKinds } from '../core/tape.ts';
import { milliseconds, type Nanoseconds, nanoseconds } from '../core/units.ts';
import { type Assembler, createAssembler, type LiveStatistics } from '../recording/assembler.ts';
import { RecordWriter } from '../recording/record-writer.ts';
import { coreYielder, nameThread, yieldToReceivers } from '../system/thread-priority.ts';
import { tokenizers } from '../workload/tokenizers/index.ts';
import { Canary, type CanaryFacts, isCanary } from './canary.ts';
import { beat, keepBeating } from './heartbeat.ts';
import type { FromRecorder, ReceiverToRecorder, RecorderSetup, RecorderToReceiver, ToRecorder } from './messages.ts';
import { type ReadFacts, ReadStatistics } from './read-statistics.ts';
import { rehearseCounting, rehearseRecording } from './recording-rehearsal.ts';
import { RunClock } from './run-clock.ts';

/** How often the tapes are read where little comes: records and timeouts wait for it. */
const shortestPauseMs = 20;
/** Where much comes: then there are a dozen entries of a request, and reading them in one go saves a third. */
const longestPauseMs = 250;
/** From this on much comes. */
const busyEntriesPerMs = 5;
/** How often at most all that is open is looked at, after a reading: well below any timeout a user sets. */
const tickEveryMs = 40;
const liveEveryMs = 250;

const setup = workerData as RecorderSetup;
const port = parentPort;
if (!port) throw new Error('recorder.ts is a worker thread');

const tell = (message: FromRecorder<LiveStatistics, ReadFacts, CanaryFacts>): void => port.postMessage(message);
const clock = new RunClock();
const reads = new ReadStatistics();
const canary = new Canary();
const receiverOf = new Map<number, number>();
const dueTimes = new Map<number, { at: Nanoseconds; user: number }>();
const protocol = protocols.get(setup.protocol);
const tokenizer = tokenizers.get(setup.tokenizer);
let writer = setup.recordsPath === undefined ? undefined : new RecordWriter(setup.recordsPath, { onError: fail });
const { requests } = setup;
/** Requests whose send was seen. */
const seen = new Uint8Array(requests.promptTokens.length);
/** Why, by index. */
const lost = new Map<number, string>();
const lostReason = (index: number): string => `receiving worker lost: it ${lost.get(index)}`;
let draining = false;
const yieldCore = coreYielder();

function fail(cause: unknown): void {
  const error = cause instanceof MetronError ? cause : new MetronError('RECORDER_FAILED', String(cause));
  tell({
    type: 'failed',
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function requestFacts(id: number) {
  const due = dueTimes.get(id);
  const scheduledAt = due?.at ?? nanoseconds(requests.scheduledAt?.[id] ?? 0);
  const phase = due
    ? due.at < setup.measureFrom
      ? 'warmup'
      : 'measure'
    : (phases[requests.phase?.[id] ?? 1] ?? 'measure');
  const promptTokens = requests.promptTokens[id];
  const outputTokens = requests.outputTokens[id];
  return {
    scheduledAt,
    phase,
    ...(due && { session: due.user }),
    ...(promptTokens !== undefined && { promptAsked: promptTokens, promptLocal: promptTokens }),
    ...(outputTokens !== undefined && { outputAsked: outputTokens }),
  } as const;
}

const assembler: Assembler = createAssembler({
  decoder: protocol.decoder,
  bufferedAnswer: protocol.bufferedAnswer,
  request: requestFacts,
  countPieces: tokenizer.countPieces,
  timeouts: setup.timeouts,
  keepText: setup.keepText,
  secrets: setup.secrets,
  onRecord(record) {
    beat(setup.heartbeat);
    reads.add(record);
    receiverOf.delete(record.id);
    dueTimes.delete(record.id);
    writer?.append(record);
  },
  onAbort(request) {
    const index = receiverOf.get(request);
    if (index !== undefined) setup.receivers[index]?.postMessage({ abort: request } satisfies RecorderToReceiver);
  },
});

const tapes = setup.receivers.map((receiver, index) => {
  const tape = new TapeReader((segment) => receiver.postMessage({ recycle: segment } satisfies RecorderToReceiver));
  receiver.on('message', ({ segment }: ReceiverToRecorder) => tape.addSegment(segment));
  const visit = (entry: TapeEntry): void => {
    beat(setup.heartbeat);
    if (isCanary(entry.request)) canary.visit(entry);
    else if (entry.kind === tapeKinds.due)
      dueTimes.set(entry.request, { at: nanoseconds(entry.at), user: entry.extra });
    else {
      if (entry.kind === tapeKinds.sent || entry.kind === tapeKinds.connecting) {
        seen[entry.request] = 1;
        receiverOf.set(entry.request, index);
      }
      assembler.visit(entry);
    }
  };
  return { drain: () => tape.drainByRequest(visit, yieldCore) };
});

/** Returns the number of entries. */
function drainTapes(): number {
  let count = 0;
  for (const tape of tapes) count += tape.drain();
  endLost();
  return count;
}

function turn(): void {
  let found = 0;
  try {
    found = drainTapes();
    const now = clock.now();
    if (now >= nextTick) {
      nextTick = now + milliseconds(tickEveryMs);
      assembler.tick(now);
    }
    writer?.flushIfDue();
    if (draining && assembler.live().inFlight === 0) {
      draining = false;
      tell({ type: 'drained' });
    }
  } catch (cause) {
    fail(cause);
  }
  turns = setTimeout(turn, Math.max(shortestPauseMs, Math.min(found / busyEntriesPerMs, longestPauseMs)));
}

let nextTick = 0;
let turns: NodeJS.Timeout | undefined;
let lives: NodeJS.Timeout | undefined;

function start(origin: bigint): void {
  clock.start(origin);
  turns = setTimeout(turn, shortestPauseMs);
  lives = setInterval(() => tell({ type: 'live', live: assembler.live() }), liveEveryMs);
}

function receiverLost(index: number, reason: string): void {
  lost.set(index, reason);
  drainTapes();
}

/** Ends what dead workers had open; again after each reading, since the news of a death may overtake their tapes. */
function endLost(): void {
  for (const index of lost.keys()) {
    const open = [...receiverOf].filter(([, owner]) => owner === index).map(([id]) => id);
    assembler.finishLost(open, lostReason(index), clock.now());
  }
}

/** Nothing more will be sent. What dead workers should have sent by now is recorded as dropped. */
function drain(): void {
  drainTapes();
  draining = true;
  const { scheduledAt } = requests;
  if (lost.size === 0 || !scheduledAt) return;
  const now = clock.now();
  for (const index of lost.keys()) {
    const owed: number[] = [];
    for (let id = index; id < scheduledAt.length; id += setup.receivers.length)
      if ((scheduledAt[id] ?? 0) <= now && seen[id] !== 1) owed.push(id);
    assembler.finishLost(owed, lostReason(index), now);
  }
}

function close(): void {
  clearTimeout(turns);
  clearInterval(lives);
  drainTapes();
  writer?.close();
  tell({ type: 'closed', live: assembler.live(), reads: reads.facts(), canary: canary.facts() });
  for (const receiver of setup.receivers) receiver.close();
  port?.close();
}

function obey(message: ToRecorder): void {
  switch (message.type) {
    case 'record-to':
      writer = new RecordWriter(message.path, { onError: fail });
      return;
    case 'rehearse-counting':
      rehearseCounting(tokenizer.countPieces);
      return tell({ type: 'counting-rehearsed' });
    case 'start':
      return start(message.origin);
    case 'drain':
      return drain();
    case 'cancel-all':
      drainTapes();
      return assembler.cancelAll(message.reason, clock.now());
    case 'receiver-lost':
      return receiverLost(message.index, message.reason);
    case 'close':
      return close();
    default:
      message satisfies never;
  }
}

nameThread('metron-record');
yieldToReceivers();
port.on('message', (message: ToRecorder) => {
  try {
    obey(message);
  } catch (cause) {
    fail(cause);
  }
});
keepBeating(setup.heartbeat);
rehearseRecording(protocol);
tell({ type: 'ready' });
