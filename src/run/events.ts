import type { Nanoseconds } from '../core/units.ts';
import type { LiveStatistics } from '../recording/assembler.ts';

/** What a run tells while it goes on. */
export type RunEvent =
  | {
      readonly kind: 'step';
      readonly text: string;
      /** Replaced by what comes next, on a screen that can. */
      readonly passing: boolean;
    }
  | {
      readonly kind: 'live';
      readonly live: LiveStatistics;
      readonly elapsed: Nanoseconds;
      /** Until the load ends, or until the grace of the drain is over. */
      readonly left: Nanoseconds;
      readonly draining: boolean;
      readonly sentPerSecond: number;
      readonly tokensPerSecond: number;
    };

export type OnRunEvent = (event: RunEvent) => void;

export const step = (text: string): RunEvent => ({ kind: 'step', text, passing: false });
export const passingStep = (text: string): RunEvent => ({ kind: 'step', text, passing: true });
