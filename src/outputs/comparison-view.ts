import type { Difference } from '../analyses/comparison.ts';
import type { DifferingKey } from '../analyses/comparison-compatibility.ts';
import type { GateResult } from '../analyses/comparison-gate.ts';
import type { ShownCapacity } from '../plots/analyses/comparison-input.ts';

/** What outputs need of a comparison. */
export interface ComparisonView {
  readonly window: 'steady' | 'whole';
  readonly confidence: number;
  readonly systems: readonly {
    readonly name: string;
    readonly folder: string;
    readonly requests: number;
    readonly rates: { readonly tpot?: number; readonly tbt?: number; readonly fluid?: number };
  }[];
  readonly pairs: readonly {
    readonly candidate: string;
    readonly paired: boolean;
    /** Rounds that the intervals are clustered by. */
    readonly rounds?: number;
    readonly differing: readonly DifferingKey[];
    readonly warnings: readonly string[];
    readonly differences: readonly Difference[];
    readonly gates: readonly GateResult[];
  }[];
  /** What searches found, under any number of objectives. */
  readonly capacities?: readonly ShownCapacity[];
  /** Servers that could not be measured, or not to the end. */
  readonly failed?: readonly {
    readonly name: string;
    readonly round: number;
    readonly reason: string;
    readonly measured: number;
  }[];
}
