import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNamedRedactor } from './redaction.ts';

const redact = (text: string, secrets: readonly string[]): string => createNamedRedactor(secrets)(text);

describe('redaction of named secrets', () => {
  it('takes secrets out in every usual spelling', () => {
    const secret = 'k"/é 1';
    for (const spelling of [
      secret,
      JSON.stringify(secret),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]) {
      expect(redact(`<${spelling}>`, [secret])).not.toContain(spelling.replaceAll('"', ''));
      expect(redact(`<${spelling}>`, [secret])).toContain('[redacted]');
    }
  });

  it('knows that a bearer token is the secret in its header', () => {
    expect(redact('bad key sk-12345', ['Bearer sk-12345'])).toBe('bad key [redacted]');
  });

  it('leaves nothing of the longer of two secrets', () => {
    expect(redact('abcdefgh', ['abcd', 'abcdefgh'])).toBe('[redacted]');
  });

  it('does not hunt for what is too short', () => {
    expect(redact('a cat', ['a', ''])).toBe('a cat');
  });

  it('leaves no secret in any text', () => {
    const secret = fc.string({ minLength: 4 }).filter((text) => !'[redacted]'.includes(text) && !text.includes('['));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        expect(redact(`${before}\0${hidden}\0${after}`, [hidden])).not.toContain(`\0${hidden}\0`);
      }),
    );
  });
});
