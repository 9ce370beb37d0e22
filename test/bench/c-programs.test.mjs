import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { cPrograms, readInC, startCSource } from '../../bench/reference/c-programs.mjs';
import { StampedEvent } from '../../src/selftest/stamped-event.ts';

const { missing, warnings } = await cPrograms();
const pace = { gap: 1e6, firstTokenAfter: 1e6, phases: 'random' };

function post(id, tokens) {
  const body = JSON.stringify({ model: 'stamped', stream: true, max_tokens: tokens });
  return `POST /v1/chat/completions HTTP/1.1\r\nX-Request-Id: ${id}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** What comes on a connection that sends these pieces, up to the end of `answers` answers. */
async function answersTo(port, pieces, answers) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay(true);
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  let text = '';
  for await (const bytes of socket) {
    text += bytes.toString('latin1');
    if (text.split('data: [DONE]').length > answers && text.endsWith('0\r\n\r\n')) break;
  }
  return text;
}

const stamps = (text) => [...text.matchAll(/"content":" (\d{16})"/g)].map(([, stamp]) => Number(stamp));
const masked = (text) => text.replaceAll(/" \d{16}"/g, '" #"');

function writtenInTypeScript(tokens) {
  const text = (event) => {
    event.stamp(0);
    return Buffer.from(event.bytes).toString('latin1');
  };
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
  return head + text(new StampedEvent()).repeat(tokens - 1) + text(new StampedEvent(tokens));
}

if (missing) {
  it('where C cannot be compiled, what stood in the way is told and nothing is started', async () => {
    expect(missing).toMatch(/^no C compiler$|failed/);
    await expect(startCSource({ ...pace, tokens: 1 })).rejects.toThrow(missing);
  });
} else {
  describe('the reference programs in C', () => {
    it('compile without a warning', () => {
      expect(warnings).toBe('');
    });

    it.each([1, 3, 10])('an answer of %i tokens has the bytes of the source in TypeScript', async (tokens) => {
      const source = await startCSource({ ...pace, tokens: 99 });
      const text = await answersTo(source.port, [post(7, tokens)], 1);
      const [stream, ...others] = await source.log();
      await source.close();
      expect(masked(text)).toBe(masked(writtenInTypeScript(tokens)));
      expect(others).toEqual([]);
      expect(stream.request).toBe(7);
      expect([...stream.sentAt]).toEqual(stamps(text));
      expect([stream.receivedAt, ...stream.sentAt]).toEqual(
        [stream.receivedAt, ...stream.sentAt].toSorted((a, b) => a - b),
      );
    });

    it('requests are found whatever the pieces they come in, and ticks carry bursts', async () => {
      const source = await startCSource({ ...pace, phases: 'in-step', burst: 2, tokens: 99 });
      const bytes = post(3, 2) + post(4, 5);
      const text = await answersTo(source.port, [bytes.slice(0, 20), bytes.slice(20, 150), bytes.slice(150)], 2);
      const log = await source.log();
      await source.close();
      expect(stamps(text)).toHaveLength(7);
      expect(log.map(({ request, sentAt }) => [request, sentAt.length])).toEqual([
        [3, 2],
        [4, 5],
      ]);
    });

    it.each([
      { sender: 'loop', stamps: 'kernel' },
      { sender: 'thread', stamps: 'user' },
    ])('the reader finds every token: $sender, $stamps', async (way) => {
      const source = { tokens: 20, gap: 5e6, firstTokenAfter: 1e6, phases: 'random' };
      const load = { streams: 50, tokens: 20, ramp: 50e6, from: 0, to: 300e6, shorts: 500 };
      const found = await readInC(source, { ...load, ...way });
      expect(found.lost).toBe(0);
      expect(found.lateness.n).toBe(50 + 150);
      expect(found.firstTokenErrors.n).toBe(50 + 150);
      // Nothing arrives before it was sent; the mapping of clocks is good to far less than this.
      expect(found.error.p50).toBeGreaterThan(-1e6);
    });
  });
}
