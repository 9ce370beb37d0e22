import { describe, expect, it } from 'vitest';
import { MetronError } from '../core/errors.ts';
import { authorize } from './secrets.ts';

describe('authorization', () => {
  it('adds the key only where one is named, and calls it a secret', () => {
    expect(authorize({}, undefined, { OPENAI_API_KEY: 'never-asked-for' })).toEqual({ headers: {}, secrets: [] });
    const { headers, secrets } = authorize({}, 'MY_KEY', { MY_KEY: 'abc-123' });
    expect(headers).toEqual({ authorization: 'Bearer abc-123' });
    expect(secrets).toContain('abc-123');
  });

  it('fills headers from the environment', () => {
    const header = `token-$${'{T}'}`;
    const { headers, secrets } = authorize({ 'X-Tenant': header, 'X-Plain': 'blue' }, undefined, { T: 'value-9' });
    expect(headers).toEqual({ 'x-tenant': 'token-value-9', 'x-plain': 'blue' });
    expect(secrets).toEqual(['value-9']);
  });

  it('takes a credential written in full for a secret as well', () => {
    const { secrets } = authorize({ Authorization: 'Basic dXNlcg==' }, undefined, {});
    expect(secrets).toEqual(['Basic dXNlcg==', 'dXNlcg==']);
  });

  it('says which variable is missing, and never takes an empty one', () => {
    for (const env of [{}, { MY_KEY: '' }]) {
      expect(() => authorize({}, 'MY_KEY', env)).toThrow(MetronError);
      expect(() => authorize({}, 'MY_KEY', env)).toThrow(/MY_KEY/);
    }
  });
});
