import {
  type Disclosed,
  type Disclosure,
  type DisclosureField,
  disclosureFields,
  type EndReason,
  type Manifest,
} from '../core/manifest.ts';
import type { Nanoseconds } from '../core/units.ts';
import { hostFacts } from './host-facts.ts';

export type { Disclosed, Disclosure, EndReason, Manifest } from '../core/manifest.ts';

/** What is known when a run starts. */
export interface ManifestStart extends Omit<Manifest, 'schema' | 'startedAt' | 'host' | 'disclosure' | EndFields> {
  /** Wall-clock time of the run's time 0. */
  readonly startedAt: Date;
  readonly disclosure: Partial<Disclosure>;
}

/** What is known when it has ended. */
export interface ManifestEnd extends Partial<Pick<Manifest, 'measureFrom_ns' | 'measureTo_ns' | 'certificate'>> {
  readonly endedBy: EndReason;
  readonly drainedAt: Nanoseconds;
  /** Disclosure fields that only the run could tell. */
  readonly disclosure?: Partial<Disclosure>;
  readonly target?: Partial<Manifest['target']>;
}

type EndFields = 'endedAt' | 'endedBy' | 'drainedAt_ns' | 'certificate';

/** The manifest of a run that has just begun: what a run that is cut leaves behind. */
export function startManifest({ startedAt, disclosure, ...facts }: ManifestStart): Manifest {
  return {
    schema: 'metron.manifest/1',
    ...facts,
    startedAt: startedAt.toISOString(),
    host: hostFacts(),
    disclosure: disclose(disclosure),
  };
}

/** The same, completed when the run has ended. The end is told by the run's own clock. */
export function endManifest(manifest: Manifest, { drainedAt, disclosure, target, ...facts }: ManifestEnd): Manifest {
  return {
    ...manifest,
    ...facts,
    endedAt: new Date(Date.parse(manifest.startedAt) + drainedAt / 1e6).toISOString(),
    drainedAt_ns: drainedAt,
    target: { ...manifest.target, ...target },
    disclosure: { ...manifest.disclosure, ...disclosure },
  };
}

/** Every field of the disclosure; what nobody told is `missing`, never left out. */
export function disclose(known: Partial<Disclosure>): Disclosure {
  const fields = Object.keys(disclosureFields) as DisclosureField[];
  const entries = fields.map((field): [DisclosureField, Disclosed] => [field, known[field] ?? { status: 'missing' }]);
  return Object.fromEntries(entries) as Disclosure;
}

/** The user's word. */
export const declared = (value: string | number | boolean): Disclosed => ({ value, status: 'declared' });
/** Seen by metron itself. */
export const detected = (value: string | number | boolean): Disclosed => ({ value, status: 'detected' });
/** Nobody outside the target could know; what it claims, if anything. */
export const notVerifiable = (value?: string | number | boolean): Disclosed => ({
  ...(value !== undefined && { value }),
  status: 'not verifiable',
});
