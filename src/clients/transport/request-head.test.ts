import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetronError } from '../../core/errors.ts';
import { RequestHead } from './request-head.ts';

const url = new URL('http://user:p%20w@api.test:8000/v1/chat?x=1');

describe('RequestHead', () => {
  it('is a POST to path and query, with an id and a length', () => {
    const head = new RequestHead({ url, headers: {} }).of(7, 42);
    expect(head).toMatch(/^POST \/v1\/chat\?x=1 HTTP\/1\.1\r\nhost: api\.test:8000\r\n/);
    expect(head).toMatch(/\r\nx-request-id: 7\r\ncontent-length: 42\r\n\r\n$/);
  });

  it('is the same as bytes, written in place', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 31), fc.nat(20), fc.boolean(), (request, length, at, hasId) => {
        const head = new RequestHead({ url, headers: { 'x-a': 'é', ...(hasId && { 'x-request-id': 'mine' }) } });
        const bytes = Buffer.alloc(at + head.mostBytes);
        const end = head.write(bytes, at, request, length);
        expect(bytes.toString('latin1', at, end)).toBe(head.of(request, length));
        expect(end - at).toBeLessThanOrEqual(head.mostBytes);
      }),
    );
  });

  it('takes credentials from the URL, and rather from a header', () => {
    expect(new RequestHead({ url, headers: {} }).of(0, 0)).toContain(`authorization: Basic ${btoa('user:p w')}\r\n`);
    const head = new RequestHead({ url, headers: { Authorization: 'Bearer k' } }).of(0, 0);
    expect(head).toContain('authorization: Bearer k\r\n');
    expect(head).not.toContain('Basic');
  });

  it("lets the user's headers win, the request's id among them", () => {
    const head = new RequestHead({ url, headers: { 'User-Agent': 'mine', 'X-Request-Id': 'fixed', Host: 'other' } }).of(
      1,
      0,
    );
    expect(head.match(/user-agent/gi)).toHaveLength(1);
    expect(head).toContain('x-request-id: fixed\r\n');
    expect(head).toContain('host: other\r\n');
  });

  it('names the whole URL to a proxy', () => {
    const head = new RequestHead({ url, headers: {} }, { 'proxy-authorization': 'Basic x' }, true).of(0, 0);
    expect(head).toMatch(/^POST http:\/\/api\.test:8000\/v1\/chat\?x=1 HTTP/);
    expect(head).toContain('proxy-authorization: Basic x\r\n');
  });

  it.each([
    { 'bad name': 'x' },
    { 'x-a': 'one\r\nx-b: two' },
    { 'x-a': 'one\0' },
    { 'x-a': '漢' },
    { 'Content-Length': '3' },
    { 'transfer-encoding': 'chunked' },
    { 'Keep-Alive': 'timeout=5' },
  ])('refuses the headers %j', (headers) => {
    expect(() => new RequestHead({ url, headers } as never)).toThrow(MetronError);
  });

  it('does not repeat a value it refuses', () => {
    expect(() => new RequestHead({ url, headers: { authorization: 'secret\n' } })).toThrow(/^((?!secret).)*$/s);
  });
});
