import { describe, expect, it } from 'vitest';
import { MetronError } from '../../core/errors.ts';
import { proxyFor } from './proxy-for.ts';

const secure = new URL('https://api.example.com/v1');
const plain = new URL('http://10.1.2.3:8000/v1');
const href = (url: URL, env: Record<string, string>): string | undefined => proxyFor(url, env)?.href;

describe('proxyFor', () => {
  it('takes the variable of the scheme, in either case, the lower one first', () => {
    expect(href(secure, { HTTPS_PROXY: 'http://p:1' })).toBe('http://p:1/');
    expect(href(secure, { https_proxy: 'http://p:1', HTTPS_PROXY: 'http://q:2' })).toBe('http://p:1/');
    expect(href(secure, { https_proxy: '', HTTPS_PROXY: 'http://q:2' })).toBe('http://q:2/');
    expect(href(secure, { HTTP_PROXY: 'http://p:1' })).toBeUndefined();
    expect(href(plain, { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:2' })).toBe('http://p:1/');
    expect(href(plain, {})).toBeUndefined();
  });

  it('takes a proxy without a scheme, and one with a name and password', () => {
    expect(href(secure, { HTTPS_PROXY: 'proxy.corp:3128' })).toBe('http://proxy.corp:3128/');
    expect(href(secure, { HTTPS_PROXY: 'https://me:pw@p' })).toBe('https://me:pw@p/');
  });

  it('refuses what is no HTTP proxy, without repeating it', () => {
    for (const value of ['socks5://secret@p:1', 'http://', 'a b']) {
      expect(() => proxyFor(secure, { HTTPS_PROXY: value })).toThrow(MetronError);
      expect(() => proxyFor(secure, { HTTPS_PROXY: value })).toThrow(/^HTTPS_PROXY does not name an HTTP proxy$/);
    }
  });

  it.each(['http://localhost:8000', 'http://127.0.0.1', 'http://127.9.9.9', 'http://[::1]:80', 'http://a.localhost'])(
    'never reaches %s through a proxy',
    (url) => expect(href(new URL(url), { http_proxy: 'http://p:1' })).toBeUndefined(),
  );

  it.each([
    ['api.example.com', true],
    ['EXAMPLE.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['other.com, example.com', true],
    ['other.com example.com', true],
    ['*', true],
    ['example.com:443', true],
    ['example.com:8443', false],
    ['ample.com', false],
    ['api.example.com.org', false],
    ['', false],
  ])('no proxy for %j: %j', (list, exempt) => {
    expect(href(secure, { https_proxy: 'http://p:1', no_proxy: list }) === undefined).toBe(exempt);
  });

  it.each([
    ['10.1.2.3', true],
    ['10.1.2.3:8000', true],
    ['10.1.2.3:80', false],
    ['10.0.0.0/8', true],
    ['10.1.2.0/24', true],
    ['10.2.0.0/16', false],
    ['10.0.0.0/99', false],
    ['fd00::/8', false],
    ['2.3', false],
  ])('no proxy for an address in %j: %j', (list, exempt) => {
    expect(href(plain, { http_proxy: 'http://p:1', NO_PROXY: list }) === undefined).toBe(exempt);
  });

  it.each([
    ['fd00::1', true],
    ['[fd00::1]:8000', true],
    ['[fd00::1]:80', false],
    ['fd00::/8', true],
  ])('no proxy for an IPv6 address in %j: %j', (list, exempt) => {
    const url = new URL('http://[fd00::1]:8000/v1');
    expect(href(url, { http_proxy: 'http://p:1', NO_PROXY: list }) === undefined).toBe(exempt);
  });
});
