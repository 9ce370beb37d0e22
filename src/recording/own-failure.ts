import type { Outcome } from '../core/record.ts';

/** Codes of connections that failed on this side: no descriptor, no port, no memory for one, or the worker died. */
const ownCodes: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'ENOMEM',
  'CLIENT_LOST',
]);

/** The request failed on this machine: that says nothing about the server. */
export const failedHere = (outcome: Outcome): boolean =>
  outcome.status === 'failed' && outcome.failure.kind === 'network' && ownCodes.has(outcome.failure.code);
