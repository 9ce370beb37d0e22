import { endCauses, TapeReader, TapeWriter, tapeFlags, tapeKinds } from '../core/tape.ts';
import { type Nanoseconds, seconds } from '../core/units.ts';
import { type Assembler, createAssembler } from '../recording/assembler.ts';
import type { AnswerProtocol } from '../recording/body-reader.ts';
import { recordToJson } from '../recording/record-json.ts';
import type { CountPieces } from '../recording/token-counts.ts';

/** Several tapes: code that was compiled for the only one there is would not hold for the next. */
const rounds = 5;
const countings = 100;
/** Open at the same time. */
const answers = 12;
/** As large as those of long runs. */
const firstId = 5000;
const ids = Array.from({ length: answers }, (_, i) => firstId + i);
/** Times of a run need more than 32 bits, which V8 compiles for. */
const start = seconds(5);
const gap = 20e6 + 1;
const clientDelay = 2500;
const segmentBytes = 1 << 17;
const never = seconds(3600);

const head = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
const event = (json: object): Buffer => Buffer.from(`data: ${JSON.stringify(json)}\n\n`);

/** What servers add to a chunk, so that no form of it is taken for the only one. */
const extras = [
  {},
  { object: 'chat.completion.chunk' },
  { object: 'chat.completion.chunk', created: 1_700_000_000 },
  { created: 1_700_000_000, model: 'rehearsal' },
  { object: 'chat.completion.chunk', created: 1_700_000_000, model: 'rehearsal', system_fingerprint: null },
];
/** Text for chat completions and for completions alike. */
const chunk = (text: string, extra: object): Buffer =>
  event({ id: 'rehearsal', ...extra, choices: [{ index: 0, text, delta: { content: text }, finish_reason: null }] });
const finish = event({ id: 'rehearsal', choices: [{ index: 0, delta: {}, finish_reason: 'length' }] });
const usage = (tokens: number): Buffer =>
  event({ id: 'rehearsal', choices: [], usage: { prompt_tokens: 9, completion_tokens: tokens } });
const done = Buffer.from('data: [DONE]\n\n');

/**
 * Records answers that nobody gave, often enough for V8 to compile the way of a token before the first one comes:
 * while it compiles, its threads hold up whoever shares their cores, the server on a small machine.
 */
export function rehearseRecording(protocol: AnswerProtocol): void {
  for (let round = 0; round < rounds; round++) recordAnswers(protocol, round);
}

/** Counts tokens that nobody needs: the first call loads the vocabulary. */
export function rehearseCounting(countPieces: CountPieces): void {
  const pieces = Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? ' words' : ' word'));
  for (let round = 0; round < countings; round++) countPieces(pieces, Number.POSITIVE_INFINITY);
}

function recordAnswers(protocol: AnswerProtocol, round: number): void {
  const reader = new TapeReader();
  const tape = new TapeWriter((segment) => reader.addSegment(segment), segmentBytes);
  const assembler = assemblerOf(protocol);
  const write = (kind: (typeof tapeKinds)['head' | 'body'], id: number, at: number, bytes: Buffer, extra = 0): void =>
    tape.writeBytes(kind, id, at, at + clientDelay, bytes, 0, bytes.length, extra);
  const read = (at: number): void => {
    reader.drainByRequest((entry) => assembler.visit(entry));
    assembler.tick(at as Nanoseconds);
  };
  for (const id of ids) {
    tape.write(tapeKinds.sent, id, start + id, start + id);
    tape.write(tapeKinds.written, id, start + id, start + id);
    write(tapeKinds.head, id, start + gap, head, 200);
  }
  const chunks = 20 * (round + 1);
  for (let i = 1, at = start + 2 * gap; i <= chunks; i++, at += gap) {
    for (const id of ids) {
      const bytes = chunk(i % 3 === 0 ? ' words' : ' word', extras[id % extras.length] ?? {});
      if (i % 16 === 0) writeInTwo(tape, id, at, bytes);
      else write(tapeKinds.body, id, at, bytes);
    }
    read(at);
  }
  const end = start + (chunks + 3) * gap;
  for (const id of ids) {
    for (const bytes of id % 2 === 0 ? [finish, usage(chunks), done] : [finish, done])
      write(tapeKinds.body, id, end, bytes);
    tape.write(tapeKinds.end, id, end, end, endCauses.complete);
  }
  read(end);
}

/** An event in two reads, the second of them late. */
function writeInTwo(tape: TapeWriter, id: number, at: number, bytes: Buffer): void {
  const cut = bytes.length >> 1;
  tape.writeBytes(tapeKinds.body, id, at, at + clientDelay, bytes, 0, cut);
  tape.writeBytes(tapeKinds.body, id, at, at + gap, bytes, cut, bytes.length, 0, tapeFlags.bounded);
}

const assemblerOf = ({ decoder, bufferedAnswer }: AnswerProtocol): Assembler =>
  createAssembler({
    decoder,
    bufferedAnswer,
    request: (id) => ({ scheduledAt: (start + id) as Nanoseconds, phase: 'measure', promptAsked: 9, outputAsked: 40 }),
    timeouts: { connect: never, firstToken: never, betweenTokens: never, total: never },
    keepText: false,
    secrets: [],
    onRecord: recordToJson,
    onAbort: () => {},
  });
