import type { PrefillProfile } from './prefill-profile.ts';

/** What no prompt length changes: a network round trip, or all that the smallest prompt takes. */
export interface CurveBaseline {
  readonly kind: 'rtt' | 'smallest-prompt';
  readonly time_ms: number;
  /** Measurements it is the median of. */
  readonly n: number;
  /** Of the smallest prompt, as the server counted it. */
  readonly tokens?: number;
}

/** What a profile was made of, kept beside the curve. */
export interface CurveOrigin {
  readonly id: string;
  readonly target: string;
  readonly model: string;
  /** ISO 8601. */
  readonly date: string;
  /** Version of metron. */
  readonly metron: string;
  /** What was taken off the curve; its points and band are as measured. Absent if nothing was. */
  readonly baseline?: CurveBaseline;
  readonly simulated?: unknown;
  /** Folder of the run that holds the records. */
  readonly run?: string;
  /** Folder inside it with the runs of lengths that were added later. */
  readonly added?: string;
}

const digits = (value: number): number => Number(value.toPrecision(8));

/** The file that `--prefill-curve` reads; `profile` tells people and tools where it comes from. */
export function prefillCurveFile(profile: PrefillProfile, { id, ...origin }: CurveOrigin) {
  const { fit, from_tokens, to_tokens, ...rest } = profile;
  const asked = rest.points.filter(({ cached = 0 }) => cached === 0).map((point) => point.asked);
  return {
    id,
    a_ms: digits(fit.a_ms - (origin.baseline?.time_ms ?? 0)),
    b_ms_per_token: digits(fit.b_ms_per_token),
    c_ms_per_token2: digits(fit.c_ms_per_token2),
    ...(fit.floor_ms > 0 && { floor_ms: digits(fit.floor_ms) }),
    ...(fit.cached_ms_per_token !== undefined && { cached_ms_per_token: digits(fit.cached_ms_per_token) }),
    ...(fit.offsets && { offsets_ms: fit.offsets.map(([tokens, ms]) => [digits(tokens), digits(ms)] as const) }),
    from_tokens,
    to_tokens,
    ...(asked.length > 0 && { asked_from_tokens: Math.min(...asked), asked_to_tokens: Math.max(...asked) }),
    profile: { schema: 'metron.profile/1', ...origin, ...rest },
  };
}
