import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { Summary } from '../metrics/summary.ts';

/** What a report is made of. Any manifest and plan that have these fields will do; absent ones are left out. */
export interface ReportInput {
  readonly manifest: ReportManifest;
  /** The resolved plan as JSON. */
  readonly plan: unknown;
  readonly summary: Summary;
  readonly records: readonly RequestRecord[];
  /** The recording ended before the run did. */
  readonly cut?: boolean;
  /** How the run folder was found to be damaged, one sentence each. */
  readonly problems?: readonly string[];
}

export type Verdict = 'valid' | 'suspect' | 'invalid';

export interface ReportManifest {
  readonly name?: string;
  /** Wall clock at the run's zero, ISO 8601. */
  readonly startedAt?: string;
  readonly metronVersion?: string;
  readonly endedBy?: string;
  readonly phases?: { readonly measureFrom?: Nanoseconds; readonly measureTo?: Nanoseconds };
  readonly loadModel?: 'open' | 'closed';
  readonly certificate?: ReportCertificate;
  /** Facts about the system under test, each with how it is known. */
  readonly disclosure?: Readonly<Record<string, Disclosed>>;
  /** Seeds and hashes that let a run be repeated, by name. */
  readonly identity?: Readonly<Record<string, string | number>>;
}

export interface Disclosed {
  readonly value?: unknown;
  readonly status: string;
}

export interface ReportCertificate {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly checks: readonly CertificateCheck[];
}

export interface CertificateCheck {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** Absent: not measured. */
  readonly value?: number;
  readonly suspectAt?: number;
  readonly invalidAt?: number;
  readonly result: string;
  readonly explain?: string;
}
