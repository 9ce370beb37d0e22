import { mkdtempSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../test/clients/certificate.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';

const running: RunningEngine[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.close()));
});

const pace = { firstTokenMs: 5, perPromptTokenMs: 0, gapMs: 1, stallProbability: 0 };

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('readiness', () => {
  it('comes with the model loaded and goes with sleep', async () => {
    const engine = await startEngine({ port: 0, firstTokenMs: 0, loadSeconds: 1 });
    running.push(engine);
    const root = engine.url.replace('/v1', '');
    const status = async (path: string, method = 'GET') => (await fetch(root + path, { method })).status;
    const ask = async () => {
      const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 });
      return (await fetch(`${engine.url}/completions`, { method: 'POST', body })).status;
    };
    expect([await status('/health'), await status('/health/ready'), await ask()]).toEqual([200, 503, 503]);
    await until(async () => (await status('/health/ready')) === 200);
    expect(await ask()).toBe(200);
    await status('/sleep', 'POST');
    expect(await (await fetch(`${root}/is_sleeping`)).json()).toEqual({ is_sleeping: true });
    expect(await ask()).toBe(503);
    await status('/wake_up', 'POST');
    expect(await ask()).toBe(200);
    expect(await (await fetch(`${root}/load`)).json()).toEqual({ server_load: 0 });
  });
});

describe('HTTPS', () => {
  it('is served with a certificate, streams, resets, and needs both files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'metron-tls-'));
    const { key, cert } = makeCertificate();
    const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(tlsCert, cert);
    writeFileSync(tlsKey, key);
    const engine = await startEngine({ ...pace, port: 0, tlsCert, tlsKey });
    running.push(engine);
    expect(engine.url).toMatch(/^https:/);
    const ask = (fault: string) =>
      new Promise<string>((resolve, reject) => {
        const headers = { 'x-sim-fault': fault };
        const request = httpsRequest(`${engine.url}/completions`, { method: 'POST', ca: cert, headers }, (response) => {
          let text = '';
          response.on('data', (bytes) => {
            text += String(bytes);
          });
          response.on('end', () => resolve(text));
          response.on('error', reject);
        });
        request.on('error', reject);
        request.end(
          JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 6, ignore_eos: true, stream: true }),
        );
      });
    expect(await ask('comments')).toContain('data: [DONE]');
    await expect(ask('reset:2')).rejects.toThrow();
    await expect(startEngine({ port: 0, tlsCert })).rejects.toThrow(/certificate and its key/);
    await expect(startEngine({ port: 0, tlsCert: join(folder, 'absent'), tlsKey })).rejects.toThrow(/cannot read/);
  });
});
