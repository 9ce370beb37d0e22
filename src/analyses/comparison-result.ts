import type { Verdict } from '../core/certificate.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import type { Difference } from './comparison.ts';
import type { ComparedCapacities, ComparedCapacity } from './comparison-capacity.ts';
import type { DifferingKey } from './comparison-compatibility.ts';
import type { GateResult } from './comparison-gate.ts';
import type { SteadySummary } from './steady-score.ts';

/** Systems side by side, as they are stored and shown; the first is what the others are compared with. */
export interface CompareResult {
  readonly schema: 'metron.comparison/1';
  readonly window: 'steady' | 'whole';
  readonly confidence: number;
  readonly correction: 'holm';
  /** All systems are scored under it. */
  readonly policy: ScorePolicy;
  readonly systems: readonly ComparedSystem[];
  readonly pairs: readonly ComparedPair[];
  /** What searches found, under any number of objectives. */
  readonly capacities?: readonly ComparedCapacity[];
  /** Each search with the first that had the same objective. */
  readonly capacityPairs?: readonly ComparedCapacities[];
  /** What a reader of the capacities must know, one sentence each. */
  readonly capacityNotes?: readonly string[];
  /** Of a live comparison, in the order in which they were had. */
  readonly turns?: readonly ComparedTurn[];
  /** Servers of a live comparison that could not be measured, or not to the end. */
  readonly failed?: readonly FailedTarget[];
}

/** One system: the paper's figures, as numbers. */
export interface ComparedSystem {
  /** With its letter in front. */
  readonly name: string;
  readonly folder: string;
  readonly requests: number;
  /** Tokens per second by the paper's three ways to state a rate; absent where there is none. */
  readonly rates: { readonly tpot?: number; readonly tbt?: number; readonly fluid?: number };
  /** Fluidity-index at the percentiles 0 to 100. */
  readonly fluidityCdf: readonly number[];
  readonly acceptance: { readonly deadline_ms: readonly number[]; readonly share: readonly number[] };
  /** Of a run; rounds have one each. */
  readonly steadyState?: SteadySummary['steadyState'];
  /** Rounds of a live comparison that it was measured in. */
  readonly rounds?: number;
}

/** One candidate against the first system. */
export interface ComparedPair {
  readonly candidate: string;
  readonly paired: boolean;
  /** Rounds both were measured in, which the intervals are clustered by; absent outside a live comparison. */
  readonly rounds?: number;
  readonly differing: readonly DifferingKey[];
  readonly warnings: readonly string[];
  readonly differences: readonly Difference[];
  readonly gates: readonly GateResult[];
}

/** A server of a live comparison that could not be measured, or not to the end. */
export interface FailedTarget {
  readonly name: string;
  readonly round: number;
  readonly reason: string;
  /** Rounds it was measured in. */
  readonly measured: number;
}

/** One turn of a server in a round, and what it showed by itself. */
export interface ComparedTurn {
  readonly round: number;
  readonly system: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** How long it took; absent where it was cut. */
  readonly seconds?: number;
  readonly requests: number;
  readonly verdict?: Verdict;
  /** Share of fluid answers; medians of the first token and of the time per token, ms. */
  readonly values: Readonly<Partial<Record<TurnNumber, TurnValue>>>;
}

export type TurnNumber = 'fluidShare' | 'ttftP50_ms' | 'tpotP50_ms';

/** With the interval of its own sample, where that supports one. */
export interface TurnValue {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}
