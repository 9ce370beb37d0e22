import type { Difference } from '../../analyses/comparison.ts';
import type { DifferingKey } from '../../analyses/comparison-compatibility.ts';
import type { GateResult } from '../../analyses/comparison-gate.ts';
import type { ScorePolicy } from '../../metrics/index.ts';

/** A comparison as its page shows it. */
export interface ComparisonPageInput {
  readonly window: 'steady' | 'whole';
  readonly confidence: number;
  /** All systems are scored under it. */
  readonly policy: ScorePolicy;
  readonly systems: readonly ShownSystem[];
  readonly pairs: readonly ShownPair[];
  readonly capacities?: readonly ShownCapacity[];
  /** Servers that could not be measured, or not to the end. */
  readonly failed?: readonly { readonly name: string; readonly round: number; readonly reason: string }[];
}

export interface ShownSystem {
  /** With its letter in front. */
  readonly name: string;
  readonly folder: string;
  readonly requests: number;
  readonly rates: { readonly tpot?: number; readonly tbt?: number; readonly fluid?: number };
  /** Fluidity-index at the percentiles 0 to 100. */
  readonly fluidityCdf: readonly number[];
  readonly acceptance: { readonly deadline_ms: readonly number[]; readonly share: readonly number[] };
}

export interface ShownPair {
  readonly candidate: string;
  readonly paired: boolean;
  readonly differing: readonly DifferingKey[];
  readonly warnings: readonly string[];
  readonly differences: readonly Difference[];
  readonly gates: readonly GateResult[];
}

/** What a capacity search found for a system under one objective. */
export interface ShownCapacity {
  readonly name: string;
  readonly objective: string;
  readonly unit: string;
  readonly lower?: number;
  readonly upper?: number;
  readonly estimate?: number;
}
