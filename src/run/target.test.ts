import { describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import { prepareTarget } from './target.ts';

const plan = (target: object) => resolvePlan({ target: { model: 'm', ...target }, load: { closed: { users: 1 } } });

describe('target', () => {
  it.each([
    ['http://h:1/v1', 'http://h:1/v1/chat/completions'],
    ['http://h:1/v1/', 'http://h:1/v1/chat/completions'],
    ['http://h:1', 'http://h:1/chat/completions'],
    ['http://h:1/v1/chat/completions', 'http://h:1/v1/chat/completions'],
    ['http://h:1/v1?api-version=2', 'http://h:1/v1/chat/completions?api-version=2'],
  ])('%s is asked at %s', (url, endpoint) => {
    expect(prepareTarget(plan({ url }), {}).setup.url).toBe(endpoint);
  });

  it('honours the proxy environment, a proxy of the plan, and none', () => {
    const env = { HTTPS_PROXY: 'http://proxy:3128' };
    const url = 'https://api.example.com/v1';
    expect(prepareTarget(plan({ url }), env).setup.proxy).toBe('http://proxy:3128/');
    expect(prepareTarget(plan({ url, proxy: 'none' }), env).setup.proxy).toBeUndefined();
    expect(() =>
      prepareTarget(plan({ url: 'http://api.example.com/v1', proxy: 'http://other:1', http: '2' }), env),
    ).toThrow(/HTTP\/2 without TLS/);
    expect(prepareTarget(plan({ url, proxy: 'http://other:1', http: '2' }), env).setup.http).toBe('2');
    expect(prepareTarget(plan({ url, proxy: 'http://other:1' }), env).setup.proxy).toBe('http://other:1/');
  });

  it('says when the certificate cannot be read', () => {
    const target = plan({ url: 'https://h/v1', tls: { ca: 'no-such-file.pem' } });
    expect(() => prepareTarget(target, {})).toThrow(/no-such-file\.pem/);
  });
});
