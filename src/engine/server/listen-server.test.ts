import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { events, start, trace, until } from '../../../test/engine/served.ts';
import type { RunningEngine } from './start-engine.ts';

describe('HTTP', () => {
  const body = JSON.stringify({ model: 'metron-sim', prompt: 'hi', max_tokens: 4, ignore_eos: true, stream: true });
  const request = (version: string, extra = '') =>
    `POST /v1/completions HTTP/${version}\r\nhost: x\r\ncontent-length: ${body.length}\r\n${extra}\r\n`;

  /** What the server sends until `enough`, or until it closes. */
  function talk(engine: RunningEngine, first: string, enough: (text: string) => boolean, then = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      let told = false;
      const socket = connect(engine.port, '127.0.0.1', () => socket.write(first));
      socket.on('error', reject);
      socket.on('end', () => resolve(text));
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!enough(text)) return;
        if (told || then === '') socket.end(() => resolve(text));
        else socket.write(then);
        told = true;
      });
    });
  }

  it('1.0 gets a body that ends with the connection', async () => {
    const text = await talk(await start(), request('1.0') + body, () => false);
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(events(text.slice(text.indexOf('\r\n\r\n') + 4))).toHaveLength(6);
  });

  it('pipelined requests are answered one after the other', async () => {
    const both = (text: string) => text.split('data: [DONE]').length === 3 && text.endsWith('0\r\n\r\n');
    const text = await talk(await start(), (request('1.1') + body).repeat(2), both);
    const [first = '', second = ''] = text.split(/(?<=0\r\n\r\n)HTTP/);
    for (const answer of [first, second]) expect(answer.split('"text":').length).toBe(6);
  });

  it('expectations of 100-continue are met', async () => {
    const text = await talk(
      await start(),
      request('1.1', 'expect: 100-continue\r\n'),
      (so) => so.includes('100 Continue') && (so.length < 40 || so.endsWith('0\r\n\r\n')),
      body,
    );
    expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  });

  it('odd targets are not found, and a body that is cut off harms nobody', async () => {
    const engine = await start();
    const text = await talk(engine, 'GET // HTTP/1.1\r\nhost: x\r\n\r\n', (so) => so.includes('}'));
    expect(text).toMatch(/^HTTP\/1.1 404 /);
    await new Promise<void>((resolve) => {
      const socket = connect(engine.port, '127.0.0.1', () => socket.write(request('1.1') + body.slice(0, 5)));
      setTimeout(() => socket.destroy(), 20);
      socket.on('close', () => resolve());
    });
    await until(async () => (await trace(engine)).length === 1);
    expect(await trace(engine)).toMatchObject([{ end: 'client-closed', output_tokens: 0 }]);
  });
});
