import type { Answer, ScorePolicy } from '../metrics/index.ts';

/**
 * A service level objective: conditions that must all hold. Every condition is a required share of
 * units (requests, or tokens that go together by request), so that each can be decided by counting:
 * a percentile bound `P99 ≤ b` is the same as `share(≤ b) ≥ 99 %`. Failures count as misses.
 */
export interface Slo {
  /** As the user wrote it, or the name of a preset. */
  readonly id: string;
  readonly conditions: readonly Condition[];
  /** Deadlines that belong to the objective, such as the paper's D_d; they replace the plan's. */
  readonly policy: Partial<ScorePolicy>;
}

export interface Condition {
  /** Canonical text: parses back to the same condition. */
  readonly text: string;
  /** Share of units that must be good. */
  readonly share: number;
  /** What is counted, in words: `requests`, `tokens` … */
  readonly units: string;
  /** What one request adds. */
  judge(answer: Answer): Judgement;
}

/** Units of one request. Those that were cut off by us before they could be judged are in neither. */
export interface Judgement {
  readonly good: number;
  readonly missed: number;
  readonly unknown: number;
  /**
   * How hard the bound was strained: value ÷ bound or its inverse, more is worse. Shows how requests
   * that came together fared together even where none misses; absent where nothing is known.
   */
  readonly strain?: number;
}

export const goodUnit: Judgement = { good: 1, missed: 0, unknown: 0 };
export const missedUnit: Judgement = { good: 0, missed: 1, unknown: 0 };
export const unknownUnit: Judgement = { good: 0, missed: 0, unknown: 1 };
/** The request gives the condition no meaning, such as a gap between tokens of a one-token answer. */
export const noUnit: Judgement = { good: 0, missed: 0, unknown: 0 };
