import { describe, expect, it } from 'vitest';
import { RequestReader, type SourceRequest } from './request-reader.ts';

const post = (id: number, tokens: number, padding = ''): string => {
  const body = `{"padding":"${padding}","max_tokens":${tokens}}`;
  return `POST / HTTP/1.1\r\nx-request-id: ${id}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};
const wire = `GET /v1/models HTTP/1.1\r\n\r\n${post(1, 5)}${post(2, 6, 'x'.repeat(50))}`;

function requestsIn(parts: readonly string[]): SourceRequest[] {
  const found: SourceRequest[] = [];
  const reader = new RequestReader((request) => found.push(request));
  for (const part of parts) reader.push(Buffer.from(part));
  return found;
}

describe('requests on a connection', () => {
  const expected = [
    { id: 0, isGet: true },
    { id: 1, tokens: 5 },
    { id: 2, tokens: 6 },
  ];

  it('are found however they are cut', () => {
    expect(requestsIn([wire])).toEqual(expected);
    expect(requestsIn([...wire])).toEqual(expected);
    for (let cut = 1; cut < wire.length; cut++)
      expect(requestsIn([wire.slice(0, cut), wire.slice(cut)]), `cut at ${cut}`).toEqual(expected);
  });

  it('are not told before they are whole', () => {
    expect(requestsIn([wire.slice(0, -1)])).toEqual(expected.slice(0, 2));
  });
});
