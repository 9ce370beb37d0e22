/**
 * What the instrument says of itself: whether the numbers of a run can be believed. Shown above
 * every headline number; `--strict` turns `suspect` into a failure.
 */
export interface Certificate {
  readonly verdict: Verdict;
  readonly checks: readonly CertificateCheck[];
  /** Why the verdict is not better, and what was not measured, one sentence each, worst first. */
  readonly reasons: readonly string[];
}

export type Verdict = 'valid' | 'suspect' | 'invalid';

export interface CertificateCheck {
  readonly id: string;
  readonly label: string;
  /** Absent where `result` is `not measured`. */
  readonly value?: number;
  readonly unit: string;
  /** The value is suspect, or invalid, above these; a check without them only informs. */
  readonly suspectAt?: number;
  readonly invalidAt?: number;
  readonly result: 'ok' | 'suspect' | 'invalid' | 'not measured';
  /** What was measured and why it matters, one or two sentences. */
  readonly explain: string;
}
