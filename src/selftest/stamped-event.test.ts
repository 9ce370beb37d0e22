import { describe, expect, it } from 'vitest';
import { RequestReader, type SourceRequest } from './request-reader.ts';
import { StampedEvent } from './stamped-event.ts';

const text = (event: StampedEvent): string => Buffer.from(event.bytes).toString('latin1');

describe('stamped event', () => {
  it('carries its stamp in a chunk of the same length, whatever the time', () => {
    const event = new StampedEvent();
    const lengths = [0, 1, 99_999_999, 100_000_000, 1_234_567_890_123_456].map((time) => {
      event.stamp(time);
      expect(text(event)).toContain(`"content":" ${String(time).padStart(16, '0')}"`);
      return event.bytes.length;
    });
    expect(new Set(lengths).size).toBe(1);
    const [size = '', body = ''] = text(event).split('\r\n');
    expect(Number.parseInt(size, 16)).toBe(body.length);
  });

  it('ends an answer with its count and the last chunk', () => {
    const event = new StampedEvent(7);
    event.stamp(5);
    expect(text(event)).toMatch(/"finish_reason":"length".*"completion_tokens":7.*data: \[DONE\]\n\n\r\n0\r\n\r\n$/s);
  });
});

describe('request reader of the source', () => {
  const request = (id: number, tokens: number): string => {
    const body = `{"max_tokens":${tokens}}`;
    return `POST / HTTP/1.1\r\nX-Request-Id: ${id}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };

  it('finds requests whatever the pieces they come in', () => {
    const bytes = Buffer.from(request(3, 10) + request(4, 20));
    for (let at = 0; at <= bytes.length; at++) {
      const seen: SourceRequest[] = [];
      const reader = new RequestReader((found) => seen.push(found));
      reader.push(bytes.subarray(0, at));
      reader.push(bytes.subarray(at));
      expect(seen).toEqual([
        { id: 3, tokens: 10 },
        { id: 4, tokens: 20 },
      ]);
    }
  });
});
