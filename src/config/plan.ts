import type { z } from 'zod';
import type { LengthPair } from '../workload/index.ts';
import type { KindOptions } from './kind-union.ts';
import type { planSchema } from './plan-schema.ts';
import type { prefillCurve } from './sections/score.ts';

/** A plan that has passed its schema: complete but for what files and other settings decide. */
export type CheckedPlan = z.output<typeof planSchema>;

export type PrefillCurve = z.output<typeof prefillCurve>;

type Written = z.input<typeof planSchema>;

/** A plan as a user writes it: durations with units, defaults left out, some settings in one word. */
export interface PlanInput extends Omit<Written, 'load' | 'workload'> {
  load: Omit<Written['load'], 'arrivals'> & {
    /** Such as `gamma:rate=4,cv=2`; without a kind, the first of the list. */
    arrivals?: KindOptions | Readonly<Record<string, unknown>> | string;
  };
  workload?: Omit<NonNullable<Written['workload']>, 'prompt' | 'output'> & {
    /** Such as `512` or `100..2000`. */
    prompt?: KindOptions | string | number;
    output?: KindOptions | string | number;
  };
}

/**
 * A resolved plan: every default filled in, files read into it, `random` drawn, names of files
 * absolute. Times are nanoseconds; as JSON they carry their units again (`planToJson`).
 */
export interface Plan extends Readonly<Omit<CheckedPlan, 'name' | 'target' | 'workload' | 'score' | 'seed'>> {
  readonly name: string;
  readonly target: Readonly<Omit<CheckedPlan['target'], 'forceLength'>> & {
    /** Parameters that hold the answer at its length, best first; none leaves it to the model. */
    readonly forceLength: readonly string[];
  };
  readonly seed: number;
  readonly workload: Readonly<Omit<CheckedPlan['workload'], 'prompt' | 'output' | 'paired'>> & {
    readonly prompt?: KindOptions;
    readonly output?: KindOptions;
    readonly paired?: { readonly rows: readonly LengthPair[]; readonly order: 'drawn' | 'given' };
  };
  /** `scorePolicy` makes a policy of it. */
  readonly score: Readonly<Omit<CheckedPlan['score'], 'prefillCurve'>> & { readonly prefillCurve?: PrefillCurve };
}
