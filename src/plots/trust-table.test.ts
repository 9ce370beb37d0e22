import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import type { Certificate } from '../core/certificate.ts';
import { trustTable } from './trust-table.ts';

const certificate = (name: 'good' | 'suspect' | 'invalid'): Certificate =>
  runs[name]().manifest.certificate as Certificate;

describe('the trust table', () => {
  it('names the check closest to its limit of a valid run', () => {
    const { reasons, label } = trustTable(certificate('good'), []);
    expect(label).toBe('Valid measurement');
    expect(reasons[0]).toBe(
      'All 4 checks passed. Closest to its limit: processor use, busiest worker, 31.0% of 80.0%.',
    );
  });

  it('gives the reasons of a suspect and of an invalid run, and no praise', () => {
    expect(trustTable(certificate('suspect'), []).reasons[0]).toMatch(/held up for 14.2 ms/);
    const invalid = trustTable(certificate('invalid'), []);
    expect(invalid.reasons.join(' ')).not.toContain('passed');
    expect(invalid.lead).toMatch(/no measurement of the server/);
  });

  it('never takes silence for proof', () => {
    const none = trustTable(undefined, []);
    expect(none).toMatchObject({ verdict: 'suspect', label: 'Not certified', rows: [] });
    const row = trustTable(certificate('good'), []).rows.at(-1);
    expect(row).toMatchObject({ measured: 'not measured', state: 'none' });
    expect(row?.ofLimit).toBeUndefined();
  });

  it('gathers what was not measured in one sentence', () => {
    const { reasons } = trustTable(
      { ...certificate('good'), reasons: ['not measured: Clock steps', 'not measured: Token error'] },
      [],
    );
    expect(reasons.at(-1)).toBe('Not measured: clock steps and token error.');
  });
});
