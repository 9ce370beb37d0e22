/**
 * What the instrument says of itself: whether the numbers of a run can be believed. Shown above
 * every headline number; `--strict` turns `suspect` into a failure.
 */
export interface Certificate {
  readonly verdict: Verdict;
  readonly checks: readonly CertificateCheck[];
  /** Why the verdict is not better, and what was not measured, one sentence each, worst first. */
  readonly reasons: readonly string[];
  /** The figures behind the checks, which show the worst of them; absent in certificates of earlier versions. */
  readonly evidence?: Evidence;
}

export interface Evidence {
  /** Where the stamps of each receiving worker come from: `A` the kernel, `B` and `C` user space. */
  readonly paths: readonly string[];
  /** How far from when it was sent a token of known timing was stamped. */
  readonly tokenError: { readonly canary?: MillisecondSpread; readonly selfTest?: MillisecondSpread };
  /** Actual minus scheduled send. */
  readonly lateness?: MillisecondSpread;
  /** One per receiving worker; `null`: it was lost. */
  readonly loops: readonly (LoopEvidence | null)[];
  /** Absent where the kernel does not tell. */
  readonly lostPackets?: { readonly resent: number; readonly outOfOrder: number };
}

export interface LoopEvidence {
  /** ρ, and the mean wait of an event that follows from it. */
  readonly utilisation: number;
  readonly queueingWait_ms?: number;
  readonly delay?: MillisecondSpread;
  readonly gc?: MillisecondSpread & { readonly count: number };
  /** Of one core: at work, and ready without getting it. */
  readonly cpuShare?: number;
  readonly waitShare?: number;
}

export interface MillisecondSpread {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
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
