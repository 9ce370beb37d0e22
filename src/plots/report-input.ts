import type { SteadySummary } from '../analyses/steady-score.ts';
import type { Certificate } from '../core/certificate.ts';
import type { Disclosed } from '../core/manifest.ts';
import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { Summary } from '../metrics/index.ts';

/** What a report is made of. Any manifest and plan that have these fields will do; absent ones are left out. */
export interface ReportInput {
  readonly manifest: ReportManifest;
  /** The resolved plan as JSON. */
  readonly plan: unknown;
  readonly summary: Summary & Partial<Pick<SteadySummary, 'steadyState'>>;
  readonly records: readonly RequestRecord[];
  /** The recording ended before the run did. */
  readonly cut?: boolean;
  /** How the run folder was found to be damaged, one sentence each. */
  readonly problems?: readonly string[];
}

export interface ReportManifest {
  readonly name?: string;
  /** Wall clock at the run's zero, ISO 8601. */
  readonly startedAt?: string;
  readonly metronVersion?: string;
  readonly endedBy?: string;
  readonly phases?: { readonly measureFrom?: Nanoseconds; readonly measureTo?: Nanoseconds };
  readonly loadModel?: 'open' | 'closed';
  readonly certificate?: Certificate;
  /** Facts about the system under test, each with how it is known. */
  readonly disclosure?: Readonly<Record<string, Disclosed>>;
  /** What the user says of the system by names of their own. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Seeds and hashes that let a run be repeated, by name. */
  readonly identity?: Readonly<Record<string, string | number>>;
}
