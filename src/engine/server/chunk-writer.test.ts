import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonicClock } from '../../core/clock.ts';
import { ChunkWriter } from './chunk-writer.ts';

const clock = monotonicClock(process.hrtime.bigint());
const server = createServer({ noDelay: true });

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => void server.close());

/** Both ends of a connection. */
async function pair(): Promise<{ near: Socket; far: Socket }> {
  const accepted = once(server, 'connection');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await accepted) as [Socket];
  return { near, far };
}

async function received(far: Socket): Promise<string> {
  const parts: Buffer[] = [];
  far.on('data', (part) => parts.push(part)).resume();
  await once(far, 'end');
  return Buffer.concat(parts).toString();
}

const chunk = (text: string, extension = '') => `${Buffer.byteLength(text).toString(16)}${extension}\r\n${text}\r\n`;

describe('the chunk writer', () => {
  it('frames any text and any bytes, in order', async () => {
    const payload = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.constant('x'.repeat(70_000)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(payload, fc.boolean()), { maxLength: 20 }), async (pieces) => {
        const { near, far } = await pair();
        const writer = new ChunkWriter(near, clock);
        const got = received(far);
        for (const [text, asBytes] of pieces) writer.write(asBytes ? Buffer.from(text) : text);
        near.end();
        expect(await got).toBe(pieces.map(([text]) => chunk(text)).join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('adds an extension, or leaves the framing out', async () => {
    const { near, far } = await pair();
    const writer = new ChunkWriter(near, clock);
    const got = received(far);
    writer.framing.extension = ';note="x"';
    writer.write('one');
    writer.framing.chunked = false;
    writer.write('two');
    near.end();
    expect(await got).toBe(`${chunk('one', ';note="x"')}two`);
  });

  it('waits its turn behind what Node still holds for a slow client, and loses nothing', async () => {
    const { near, far } = await pair();
    const writer = new ChunkWriter(near, clock);
    far.pause();
    const texts = Array.from({ length: 3000 }, (_, i) => `${i} `.repeat(500));
    let waited = 0;
    for (const text of texts) {
      if (writer.waited) waited++;
      writer.write(text);
    }
    expect(waited).toBeGreaterThan(0);
    const got = received(far);
    near.end();
    expect(await got).toBe(texts.map((text) => chunk(text)).join(''));
  });

  it('writes nothing to a socket that is gone, whoever has its descriptor now', async () => {
    const first = await pair();
    const writer = new ChunkWriter(first.near, clock);
    first.near.on('error', () => {});
    writer.write('before');
    first.near.destroy();
    first.far.destroy();
    const second = await pair();
    const got = received(second.far);
    writer.write('after');
    second.near.end('own');
    expect(await got).toBe('own');
  });
});
