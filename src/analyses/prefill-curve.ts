import type { PrefillProfile } from './prefill-profile.ts';

/** What a profile was made of, kept beside the curve. */
export interface CurveOrigin {
  readonly id: string;
  readonly target: string;
  readonly model: string;
  /** ISO 8601. */
  readonly date: string;
  /** Version of metron. */
  readonly metron: string;
  /** Network time taken off every measurement; absent if none was. */
  readonly baseline_ms?: number;
  readonly simulated?: unknown;
  /** Folder of the run that holds the records. */
  readonly run?: string;
}

const digits = (value: number): number => Number(value.toPrecision(8));

/** The file that `--prefill-curve` reads; `profile` tells people and tools where it comes from. */
export function prefillCurveFile(profile: PrefillProfile, { id, ...origin }: CurveOrigin) {
  const { fit, from_tokens, to_tokens, ...rest } = profile;
  return {
    id,
    a_ms: digits(fit.a_ms),
    b_ms_per_token: digits(fit.b_ms_per_token),
    c_ms_per_token2: digits(fit.c_ms_per_token2),
    ...(fit.floor_ms > 0 && { floor_ms: digits(fit.floor_ms) }),
    from_tokens,
    to_tokens,
    profile: { schema: 'metron.profile/1', ...origin, ...rest },
  };
}
