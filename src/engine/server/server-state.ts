import type { Clock } from '../../core/clock.ts';
import { toSeconds } from '../../core/units.ts';
import type { EngineMetrics } from './engine-metrics.ts';
import type { EngineInside } from './engines.ts';
import type { FaultRule } from './fault-rule.ts';
import type { ServedOptions } from './options.ts';
import type { TruthTrace } from './truth-trace.ts';
import type { WallDriver } from './wall-driver.ts';

/** What the endpoints of one running server share. */
export interface ServerState {
  readonly options: ServedOptions;
  readonly apiKey: string | undefined;
  readonly version: string;
  readonly startedAtSeconds: number;
  readonly clock: Clock;
  readonly origin: bigint;
  readonly driver: WallDriver;
  /** Absent where the core has no inside to look at. */
  readonly inside: EngineInside | undefined;
  readonly metrics: EngineMetrics;
  readonly trace: TruthTrace;
  /** Can be changed while the engine runs. */
  faultRules: readonly FaultRule[];
  /** What faults keep from one request to the next. */
  readonly faultMemory: Map<string, unknown>;
  /** Adapters by name, with where each came from. */
  readonly adapters: Map<string, string>;
  /** Completion requests so far. */
  completions: number;
  /** Requests handed to the core so far; the next one's id. */
  submitted: number;
  closing: boolean;
  /** Told to sleep by `POST /sleep`. */
  asleep: boolean;
}

/** 0 when the model has loaded. */
export const secondsToReady = ({ options, clock }: ServerState): number =>
  Math.max(0, options.loadSeconds - toSeconds(clock.now()));
