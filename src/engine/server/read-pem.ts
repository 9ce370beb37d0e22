import { readFileSync } from 'node:fs';
import { MetronError } from '../../core/errors.ts';

export function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MetronError('FILE_UNREADABLE', `cannot read ${path}: ${reason}`, {
      hint: 'check --tls-cert and --tls-key',
      cause,
    });
  }
}
