import type { Certificate } from './certificate.ts';
import type { Nanoseconds } from './units.ts';

/** What a reader of a run needs beside its plan and its records. Holds no secret. */
export interface Manifest {
  readonly schema: 'metron.manifest/1';
  /** Version of metron that made the run. */
  readonly metron: string;
  readonly run: RunIdentity;
  /** Wall-clock time of the run's time 0, ISO 8601: the run's one tie to the calendar. */
  readonly startedAt: string;
  /** Absent: the run was cut before it could end. */
  readonly endedAt?: string;
  readonly endedBy?: EndReason;
  /** The measured window: requests scheduled in [from, to). */
  readonly measureFrom_ns?: Nanoseconds;
  readonly measureTo_ns?: Nanoseconds;
  /** When the last request had ended. */
  readonly drainedAt_ns?: Nanoseconds;
  readonly seed: number | string;
  /** Same seed and plan, same hashes, whatever the number of workers. */
  readonly scheduleHash?: string;
  readonly promptHash?: string;
  readonly tokenizer?: string;
  readonly host: HostFacts;
  readonly instrument: InstrumentDescription;
  readonly target: TargetFacts;
  readonly disclosure: Disclosure;
  /** Absent until the run has ended. */
  readonly certificate?: Certificate;
  /** Nothing was sent: the records come from a simulated engine with these options, in virtual time. */
  readonly simulated?: Readonly<Record<string, unknown>>;
}

export interface RunIdentity {
  readonly id: string;
  readonly name: string;
  /** Place among the repetitions of one plan, from 1. */
  readonly repeat?: { readonly index: number; readonly of: number };
}

/** What ended the run: its schedule, the user, a limit the user set, or a failure of ours. */
export type EndReason =
  | 'schedule'
  | 'user'
  | 'max-error-rate'
  | 'max-tokens'
  | 'max-time'
  | 'recorder-behind'
  | 'failure';

export interface HostFacts {
  readonly os: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly node: string;
  readonly cpu?: string;
  readonly cores: number;
  /** Cores this process may use where a container or affinity limits them. */
  readonly usableCores?: number;
  readonly memory_bytes: number;
  /** Linux: `performance`, `powersave` …; a sleepy governor adds to every time measured. */
  readonly governor?: string;
  /** Linux: `tsc`, `kvm-clock` … */
  readonly clockSource?: string;
  /** Signs of a container or a virtual machine, in words. */
  readonly virtual?: readonly string[];
}

export interface InstrumentDescription {
  readonly workers: number;
  /** How each receiving worker reads sockets and where its stamps come from. */
  readonly transportPaths: readonly string[];
  readonly clock: string;
  /** The run's time 0 on that clock, nanoseconds: joins the records with the log of a server on the same machine. */
  readonly origin_ns?: number;
}

export interface TargetFacts {
  /** Without credentials. */
  readonly url: string;
  readonly protocol: string;
  readonly model?: string;
  /** `Server` header. */
  readonly server?: string;
  readonly engine?: string;
  readonly engineVersion?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** What the user says of the system beside the disclosure, such as its attention back end. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A fact that comparison needs, and how far it can be trusted. */
export interface Disclosed {
  readonly value?: string | number | boolean;
  readonly status: DisclosureStatus;
}

export type DisclosureStatus = 'declared' | 'detected' | 'not verifiable' | 'missing';

/** The disclosure fields of the benchmarking drafts, plus what pinned token counts need. */
export const disclosureFields = {
  boundary: 'System boundary',
  model: 'Model',
  precision: 'Precision',
  quantization: 'Quantization',
  engine: 'Engine',
  engineVersion: 'Engine version',
  image: 'Image version',
  tokenizer: 'Tokenizer and its source',
  tokenizerHash: 'Tokenizer hash',
  templateHash: 'Chat template hash',
  streamingProtocol: 'Streaming protocol',
  loadModel: 'Load model',
  arrivals: 'Arrival pattern',
  sampling: 'Sampling parameters',
  seed: 'Seed',
  clock: 'Clock method',
  warmup: 'Warm-up',
  sampleCount: 'Sample count',
  clientHardware: 'Client hardware',
  serverHardware: 'Server hardware',
  separation: 'Client and server on separate machines',
  prefixCache: 'Prefix cache',
} as const;

export type DisclosureField = keyof typeof disclosureFields;
export type Disclosure = Readonly<Record<DisclosureField, Disclosed>>;
