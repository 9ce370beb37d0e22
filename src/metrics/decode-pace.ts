import { nanosecondsPerMillisecond, nanosecondsPerSecond } from '../core/units.ts';
import type { Answer } from './answer.ts';

/** Mean pace after the first chunk; absent if nothing came after it. */
export function decodePace({
  timeline,
  tokens,
  policy,
}: Answer): { perToken: number; rate: number | undefined } | undefined {
  const { times, length, firstChunk } = timeline;
  if (length === 0) return undefined;
  const after = tokens - (policy.tpot === 'paper' ? 1 : firstChunk);
  if (after <= 0) return undefined;
  const span = (times[length - 1] as number) - (times[0] as number);
  return {
    perToken: span / after / nanosecondsPerMillisecond,
    rate: span === 0 ? undefined : (after / span) * nanosecondsPerSecond,
  };
}
