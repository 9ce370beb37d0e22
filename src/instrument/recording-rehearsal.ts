import { endCauses, TapeReader, TapeWriter, tapeKinds } from '../core/tape.ts';
import { type Nanoseconds, seconds } from '../core/units.ts';
import { createAssembler } from '../recording/assembler.ts';
import type { AnswerProtocol } from '../recording/body-reader.ts';
import { recordToJson } from '../recording/record-json.ts';

/** Several tapes: code that was compiled for the only one there is would not hold for the next. */
const rounds = 6;
const answers = 20;
const chunks = 40;
/** Times of a run need more than 32 bits, which V8 compiles for. */
const start = seconds(5);
const gap = 20e6 + 1;
const clientDelay = 2500;
const segmentBytes = 1 << 20;

const head = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
const event = (json: object): Buffer => Buffer.from(`data: ${JSON.stringify(json)}\n\n`);
/** Text for chat completions and for completions alike. */
const chunk = event({ id: 'rehearsal', choices: [{ index: 0, text: ' word', delta: { content: ' word' } }] });
const finish = event({ id: 'rehearsal', choices: [{ index: 0, delta: {}, finish_reason: 'length' }] });
const usage = event({ id: 'rehearsal', choices: [], usage: { prompt_tokens: 9, completion_tokens: chunks } });
const done = Buffer.from('data: [DONE]\n\n');

/**
 * Records answers that nobody gave, often enough for V8 to compile the way of a token before the first one comes:
 * while it compiles, its threads hold up whoever shares their cores, the server on a small machine.
 */
export function rehearseRecording(protocol: AnswerProtocol): void {
  for (let round = 0; round < rounds; round++) recordAnswers(protocol);
}

function recordAnswers(protocol: AnswerProtocol): void {
  const reader = new TapeReader();
  const tape = new TapeWriter((segment) => reader.addSegment(segment), segmentBytes);
  const assembler = createAssembler({
    decoder: protocol.decoder,
    bufferedAnswer: protocol.bufferedAnswer,
    request: (id) => ({
      scheduledAt: (start + id) as Nanoseconds,
      phase: 'measure',
      promptAsked: 9,
      outputAsked: chunks,
    }),
    timeouts: { total: seconds(3600) },
    keepText: false,
    secrets: [],
    onRecord: recordToJson,
    onAbort: () => {},
  });
  const write = (kind: (typeof tapeKinds)['head' | 'body'], id: number, at: number, bytes: Buffer, extra = 0): void =>
    tape.writeBytes(kind, id, at, at + clientDelay, bytes, 0, bytes.length, extra);
  for (let id = 0; id < answers; id++) {
    const at = start + id * gap;
    tape.write(tapeKinds.sent, id, at, at);
    tape.write(tapeKinds.written, id, at, at);
    write(tapeKinds.head, id, at, head, 200);
    for (let i = 1; i <= chunks; i++) write(tapeKinds.body, id, at + i * gap, chunk);
    const endAt = at + chunks * gap;
    for (const bytes of [finish, usage, done]) write(tapeKinds.body, id, endAt, bytes);
    tape.write(tapeKinds.end, id, endAt, endAt, endCauses.complete);
    reader.drain((entry) => assembler.visit(entry));
    assembler.tick(endAt as Nanoseconds);
  }
}
