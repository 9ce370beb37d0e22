import { expect, it } from 'vitest';
import type { Outcome } from '../core/record.ts';
import { failedHere } from './own-failure.ts';

const network = (code: string): Outcome => ({ status: 'failed', failure: { kind: 'network', code } });

it('tells what failed here from what failed there', () => {
  expect(['EMFILE', 'EADDRNOTAVAIL', 'CLIENT_LOST'].map(network).every(failedHere)).toBe(true);
  expect(['ECONNREFUSED', 'ECONNRESET', 'CLOSED', 'TLS'].map(network).some(failedHere)).toBe(false);
  expect(failedHere({ status: 'failed', failure: { kind: 'http', httpStatus: 503 } })).toBe(false);
  expect(failedHere({ status: 'completed' })).toBe(false);
});
