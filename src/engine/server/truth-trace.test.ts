import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, pace, post, promptTokens, sdk, start, trace, until } from '../../../test/engine/served.ts';
import { startEngine } from './start-engine.ts';
import type { TruthRecord } from './truth-trace.ts';

describe('the truth trace', () => {
  it('stamps each token after it was due and before the client has it', async () => {
    const engine = await start({ gapMs: 4 });
    const response = await post(
      engine,
      '/v1/chat/completions',
      { model: 'metron-sim', messages, max_tokens: 40, ignore_eos: true, stream: true },
      { 'x-request-id': 'stamped' },
    );
    const seen: bigint[] = [];
    let text = '';
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      const now = process.hrtime.bigint();
      text += Buffer.from(bytes).toString('latin1');
      const contents = text.split('"delta":{"content":').length - 1;
      while (seen.length < contents) seen.push(now);
    }
    await until(async () => (await trace(engine, 'stamped')).length === 1);
    const [record] = await trace(engine, 'stamped');
    const origin = BigInt(record!.origin_ns);
    const { at_ns: at, due_ns: due, tokens } = record!.chunks;
    expect(at).toHaveLength(40);
    expect(tokens).toEqual(Array(40).fill(1));
    expect(record).toMatchObject({ end: 'finished', status: 200, prompt_tokens: promptTokens, output_tokens: 40 });
    expect(record!.submitted_ns).toBeGreaterThanOrEqual(record!.arrived_ns);
    at.forEach((stamp, i) => {
      expect(Number.isInteger(stamp)).toBe(true);
      expect(stamp).toBeGreaterThanOrEqual(due[i]!);
      expect(stamp).toBeGreaterThan(at[i - 1] ?? record!.submitted_ns!);
      expect(origin + BigInt(stamp) < seen[i]!).toBe(true);
    });
  });

  it('is written to a file, one line a request', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'metron-engine-')), 'truth.jsonl');
    const engine = await start({ trace: path });
    for (const id of ['one', 'two']) {
      await (
        await post(
          engine,
          '/v1/completions',
          { model: 'metron-sim', prompt: 'hi', max_tokens: 3 },
          { 'x-request-id': id },
        )
      ).text();
    }
    await engine.close();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as TruthRecord).id)).toEqual(['one', 'two']);
    await expect(startEngine({ ...pace, trace: '/nowhere/at/all' })).rejects.toThrow(/trace file/);
  });

  it('is the same for the same seed, but for the times', async () => {
    const texts = async () => {
      const engine = await start({ seed: 'again' });
      const answers: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        const answer = await sdk(engine).chat.completions.create({ model: 'metron-sim', messages });
        answers.push(answer.choices, answer.usage);
      }
      return answers;
    };
    expect(await texts()).toEqual(await texts());
  });
});
