import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openaiChat } from '../clients/protocols/openai-chat.ts';
import { createRedactor, redactJson } from '../core/redaction.ts';
import { endCauses, TapeReader, TapeWriter, tapeKinds } from '../core/tape.ts';
import { nanoseconds } from '../core/units.ts';
import { createAssembler } from './assembler.ts';
import { startManifest } from './manifest.ts';
import { RecordWriter } from './record-writer.ts';
import { createRunFolder } from './run-folder.ts';

describe('redaction', () => {
  const key = 'pl@nted/key "42"';
  const redact = createRedactor([key, `Bearer other-key-77`]);

  it.each([
    ['as it is', key],
    ['in JSON', JSON.stringify({ key })],
    ['in a URL', `https://host/?key=${encodeURIComponent(key)}`],
    ['in base64', Buffer.from(key).toString('base64')],
    ['without its scheme', 'other-key-77'],
  ])('finds a secret %s', (_, text) => {
    const clean = redact(text);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toMatch(/nted|42|77|cGxAbnRlZC9/);
  });

  it.each([
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
    ['Incorrect API key provided: sk-abcd****************wxyz.', 'Incorrect API key provided: [redacted].'],
    ['proxy http://user:pa55@proxy:3128 refused', 'proxy http://[redacted]@proxy:3128 refused'],
    ['"authorization": "Basic dXNlcjpwYXNz"', '"authorization": "Basic [redacted]"'],
    ['Basic settings: token generation, the bearer returned', 'Basic settings: token generation, the bearer returned'],
    ['see https://example.com/a@b', 'see https://example.com/a@b'],
  ])('%s', (text, clean) => {
    expect(createRedactor([])(text)).toBe(clean);
  });

  it('leaves text without secrets alone, and ignores secrets too short to be one', () => {
    expect(createRedactor(['', 'a', 'the'])('a cat on the mat')).toBe('a cat on the mat');
  });

  it('empties the fields that hold credentials', () => {
    const value = { headers: { Authorization: 'hush', 'X-Api-Key': 'hush', accept: 'json' }, list: [key, 1, null] };
    expect(redactJson(value, redact)).toEqual({
      headers: { Authorization: '[redacted]', 'X-Api-Key': '[redacted]', accept: 'json' },
      list: ['[redacted]', 1, null],
    });
  });
});

describe('a planted key', () => {
  const key = 'planted-key-0123456789';
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'metron-secret-'));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  it('is in no file of a run, wherever it came from', async () => {
    const folder = await createRunFolder(base, `run with ${key}`, new Date(), [key]);
    const writer = new RecordWriter(folder.recordsPath, {
      onError: (error) => {
        throw error;
      },
    });
    const assembler = createAssembler({
      decoder: openaiChat.decoder,
      bufferedAnswer: openaiChat.bufferedAnswer,
      request: () => ({ scheduledAt: nanoseconds(0), phase: 'measure' }),
      timeouts: {},
      keepText: true,
      secrets: [key],
      onRecord: (record) => writer.append(record),
      onAbort: () => {},
    });
    const reader = new TapeReader();
    const tape = new TapeWriter((segment) => reader.addSegment(segment));
    const entry = (kind: 1 | 4 | 5 | 6, id: number, text: string, extra = 0): void => {
      const bytes = Buffer.from(text);
      tape.writeBytes(kind, id, 1, 1, bytes, 0, bytes.length, extra);
    };
    const token = (text: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;
    const bodies: [number, string][] = [
      [401, `{"error":"bad key ${key}"}`],
      [200, `${token(key.slice(0, 8)) + token(key.slice(8))}data: [DONE]\n\n`],
      [200, `data: {"error":{"message":"key ${key} is out of credit"}}\n\n`],
      [200, `data: ${key}\n\n`],
    ];
    bodies.forEach(([status, body], id) => {
      entry(tapeKinds.sent, id, '');
      entry(tapeKinds.head, id, `HTTP/1.1 ${status} X\r\nx-echo: ${key}\r\n\r\n`, status);
      entry(tapeKinds.body, id, body);
      entry(tapeKinds.end, id, '', endCauses.complete);
    });
    entry(tapeKinds.end, 9, `EPROTO: proxy said ${key}`, endCauses.connectFailed);
    reader.drain((seen) => assembler.visit(seen));
    writer.close();

    await folder.writePlan({
      target: { url: `http://x/?api_key=${key}`, headers: { Authorization: `Bearer ${key}` } },
    });
    await folder.writeManifest(
      startManifest({
        metron: '0',
        run: { id: key, name: key },
        startedAt: new Date(),
        seed: 1,
        instrument: { workers: 1, transportPaths: [], clock: '' },
        target: { url: `http://user:${key}@host`, protocol: 'openai-chat', details: { [key]: key } },
        disclosure: {},
      }),
    );
    await folder.writeSummary({ note: `error: ${key}` });
    await folder.writeReport(`<p>${key}</p>`);

    const names = await readdir(folder.path);
    expect(names.sort()).toEqual(['manifest.json', 'plan.json', 'records.jsonl', 'report.html', 'summary.json']);
    expect(folder.path).not.toContain(key);
    for (const name of names) {
      const text = await readFile(join(folder.path, name), 'utf8');
      expect(text).not.toContain(key);
      expect(text).toContain('[redacted]');
    }
    const records = await readFile(folder.recordsPath, 'utf8');
    expect(records.trim().split('\n')).toHaveLength(5);
  });
});
