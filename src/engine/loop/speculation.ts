import type { Random } from '../../core/random.ts';

/** Speculative decoding: a cheap drafter proposes, the model checks all drafts in one pass. */
export interface Speculation {
  /** The new token and the drafts. */
  readonly tokensPerDecode: number;
  /** What drafting adds, as a factor on the iteration. */
  readonly costFactor: number;
  /** Tokens one sequence gains in one iteration: accepted drafts and one more. */
  accepted(): number;
  readonly drafts: number;
  /** Times that a sequence was drafted for. */
  readonly rounds: number;
  readonly acceptedDrafts: number;
}

export interface SpeculationOptions {
  /** Drafts per iteration; 0: no speculation. */
  readonly drafts: number;
  /** Probability that a draft is accepted, given that those before it were. */
  readonly acceptance: number;
  /** Cost of one draft as a share of an iteration. */
  readonly draftCost: number;
}

export function speculation(options: SpeculationOptions, random: Random): Speculation | undefined {
  const { drafts: perStep, acceptance, draftCost } = options;
  if (perStep === 0) return undefined;
  let rounds = 0;
  let acceptedDrafts = 0;
  return {
    tokensPerDecode: 1 + perStep,
    costFactor: 1 + perStep * draftCost,
    accepted() {
      let accepted = 0;
      while (accepted < perStep && random.next() < acceptance) accepted++;
      rounds++;
      acceptedDrafts += accepted;
      return 1 + accepted;
    },
    get drafts() {
      return rounds * perStep;
    },
    get rounds() {
      return rounds;
    },
    get acceptedDrafts() {
      return acceptedDrafts;
    },
  };
}
