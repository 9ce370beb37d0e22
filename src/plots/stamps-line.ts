import type { Evidence } from '../core/certificate.ts';
import { duration, type Space } from './format.ts';

/** Who took the times of tokens, and how far they may be off: one line. Undefined where nothing is known. */
export function stampsLine(evidence: Evidence | undefined, space?: Space): string | undefined {
  const paths = [...new Set(evidence?.paths)].sort();
  if (!evidence || paths.length === 0) return undefined;
  const { canary, selfTest } = evidence.tokenError;
  const errors = [canary, selfTest].flatMap((spread) => spread?.p99_ms ?? []);
  const off = errors.length === 0 ? '' : `, ± ${duration(Math.max(...errors), space)} at P99`;
  return `Token times by ${paths[0] === 'A' ? 'the kernel' : 'user space'} (path ${paths.join(' and ')})${off}`;
}
