import { open } from 'node:fs/promises';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { recordFromJson } from './record-json.ts';

const readBytes = 1 << 20;
const lineFeed = 10;

export interface RecordReaderOptions {
  /** Told of every line that cannot be read. */
  readonly onProblem?: (problem: RecordProblem) => void;
}

export interface RecordProblem {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** The last line, without its line break: the writer died while writing it. */
  readonly cut: boolean;
}

/**
 * The records of a `records.jsonl`, one after the other, whatever the file's size. Lines that
 * cannot be read are told and left out; a file of which no line can be read is refused.
 */
export async function* readRecords(path: string, options: RecordReaderOptions = {}): AsyncGenerator<RequestRecord> {
  let line = 0;
  let read = 0;
  let first: RecordProblem | undefined;
  for await (const { text, terminated } of readLines(path)) {
    line++;
    if (text.trim() === '') continue;
    let record: RequestRecord;
    try {
      record = recordFromJson(text);
    } catch (cause) {
      const problem = { line, text: cause instanceof Error ? cause.message : String(cause), cut: !terminated };
      first ??= problem;
      options.onProblem?.(problem);
      continue;
    }
    read++;
    yield record;
  }
  if (read === 0 && first && !first.cut) throw foreign(path, first);
}

function foreign(path: string, { line, text }: RecordProblem): MetronError {
  return new MetronError('FOREIGN_RECORDS', `${path} holds no metron records (line ${line}: ${text})`, {
    hint: text.includes('newer metron') ? 'update metron, then try again' : 'give the folder of a run made by metron',
    exitCode: exitCodes.badInput,
  });
}

interface Line {
  readonly text: string;
  readonly terminated: boolean;
}

/** Lines by bytes: a character is never split, and a line is decoded once. */
async function* readLines(path: string): AsyncGenerator<Line> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(readBytes);
    let rest: Buffer[] = [];
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      let start = 0;
      for (let end = buffer.indexOf(lineFeed); end >= 0 && end < bytesRead; end = buffer.indexOf(lineFeed, start)) {
        const tail = buffer.subarray(start, end);
        yield { text: (rest.length === 0 ? tail : Buffer.concat([...rest, tail])).toString('utf8'), terminated: true };
        rest = [];
        start = end + 1;
      }
      if (start < bytesRead) rest.push(Buffer.from(buffer.subarray(start, bytesRead)));
    }
    if (rest.length > 0) yield { text: Buffer.concat(rest).toString('utf8'), terminated: false };
  } finally {
    await file.close();
  }
}
