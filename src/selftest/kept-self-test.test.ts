import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microseconds } from '../core/units.ts';
import { selfTestBy } from './kept-self-test.ts';
import type { SelfTestResult } from './self-test.ts';

const spread = (p99: number) => ({ p50: microseconds(3), p99: microseconds(p99), max: microseconds(900) });
const result = (p99: number): SelfTestResult => ({
  path: 'A',
  error: spread(p99),
  userError: spread(p99),
  lateness: spread(10),
  tokensPerSecond: 4000,
  utilisation: 0.1,
  lost: 0,
});

describe('kept self-test', () => {
  let folder: string;
  let measured: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'metron-selftest-'));
    measured = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const by = (mode: 'always' | 'cached' | 'off', p99 = 10, version = '1.0.0') =>
    selfTestBy(mode, {
      version,
      environment: { XDG_CACHE_HOME: folder },
      measure: () => {
        measured++;
        return Promise.resolve(result(p99));
      },
    });

  it('measures once per version and keeps what it found', async () => {
    expect(await by('cached')).toEqual(result(10));
    expect(await by('cached', 20)).toEqual(result(10));
    expect(measured).toBe(1);
    expect(await by('cached', 20, '1.0.1')).toEqual(result(20));
    expect(measured).toBe(2);
  });

  it('measures every time when told to, and never when told not to', async () => {
    await by('cached');
    expect(await by('always', 20)).toEqual(result(20));
    expect(await by('off')).toBeUndefined();
    expect(measured).toBe(2);
  });

  it('does not keep the result of a busy moment', async () => {
    expect(await by('cached', 5000)).toEqual(result(5000));
    expect(await by('cached', 10)).toEqual(result(10));
  });

  it('takes a damaged cache, or one that cannot be written, for none', async () => {
    await by('cached');
    writeFileSync(join(folder, 'metron', 'self-test.json'), '{"key":');
    expect(await by('cached', 20)).toEqual(result(20));
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const options = { version: '1', environment: { XDG_CACHE_HOME: file }, measure: async () => result(7) };
    expect(await selfTestBy('cached', options)).toEqual(result(7));
  });
});
