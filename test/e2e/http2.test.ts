import http2, { type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Manifest, readRun } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../clients/certificate.ts';
import { metron, onlyRun, readJson, scratch } from './command-line.ts';

const tokens = 8;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const server = http2.createSecureServer(makeCertificate());
let sessions = 0;

async function complete(out: ServerHttp2Stream): Promise<void> {
  out.respond({ ':status': 200, 'content-type': 'text/event-stream' });
  const event = (json: object) => out.destroyed || out.write(`data: ${JSON.stringify(json)}\n\n`);
  for (let token = 0; token < tokens; token++) {
    event({ choices: [{ delta: { content: ' word' }, ...(token === tokens - 1 && { finish_reason: 'length' }) }] });
    await pause(5);
  }
  event({ choices: [], usage: { prompt_tokens: 20, completion_tokens: tokens } });
  if (!out.destroyed) out.end('data: [DONE]\n\n');
}

beforeAll(async () => {
  server.on('session', (session) => {
    sessions++;
    session.on('error', () => {});
  });
  server.on('stream', (out, headers) => {
    out.on('error', () => {});
    out.resume();
    if (headers[':path'] === '/v1/chat/completions') out.on('end', () => void complete(out));
    else out.respond({ ':status': 404 }, { endStream: true });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
});

afterAll(() => server.close());

const target = () => ['--url', `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, '--insecure'];
const load = ['--model', 'm', '--prompt', '20', '--output', `${tokens}`, '--rate', '40', '--duration', '2s'];

describe('a server that speaks nothing but HTTP/2', () => {
  it('is measured like any other', async () => {
    const runs = scratch('http2');
    const { code, out } = await metron(['run', ...target(), ...load, '--runs', runs]).ended;
    // A busy test machine may disturb the measurement; the verdict says so, the numbers stand.
    expect([0, 4]).toContain(code);
    expect(out).toMatch(/(valid|suspect|invalid) measurement/);
    const { records } = await readRun(onlyRun(runs));
    expect(records.length).toBeGreaterThan(40);
    for (const { outcome, output, chunks } of records) {
      expect(outcome).toMatchObject({ status: 'completed', finishReason: 'length' });
      expect(output).toMatchObject({ total: tokens, totalSource: 'usage' });
      expect(Array.from(chunks.at)).toEqual(Array.from(chunks.at).sort((a, b) => a - b));
    }
    const manifest = readJson<Manifest>(join(onlyRun(runs), 'manifest.json'));
    expect(new Set(manifest.instrument.transportPaths)).toEqual(new Set(['C']));
    expect(manifest.target.details).toMatchObject({ preflight: { http: '2' } });
    // Those of the preflight, and a few per worker that carry everything.
    expect(sessions).toBeLessThan(records.length / 2);
  });

  it('is told to whoever insists on HTTP/1.1, in one sentence', async () => {
    const { code, err } = await metron(['run', ...target(), ...load, '--http', '1.1', '--runs', scratch('http1')])
      .ended;
    expect(code).toBe(3);
    expect(err).toMatch(/127\.0\.0\.1:\d+ does not speak HTTP\/1\.1\n\s+hint: .*--http auto/);
  });
});
