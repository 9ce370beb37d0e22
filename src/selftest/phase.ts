import type { SourceOptions } from './source-options.ts';

/** How long after `earliest` a stream ticks first. In step, ticks fall on multiples of the gap. */
export function nanosecondPhase(phases: SourceOptions['phases'], gap: number, earliest: number): number {
  return phases === 'random' ? Math.floor(Math.random() * gap) : gap - (earliest % gap);
}
