import { type Disclosure, disclosureFields, type Manifest } from '../core/manifest.ts';

/** A run as far as it matters for whether it may be compared. */
export interface ComparedRun {
  readonly name: string;
  readonly plan?: unknown;
  readonly manifest?: Manifest;
}

export type DifferenceKind = 'workload' | 'client' | 'policy' | 'system';

/** One key in which two runs differ. */
export interface DifferingKey {
  readonly kind: DifferenceKind;
  readonly key: string;
  readonly baseline: string;
  readonly candidate: string;
  /** A comparison under this difference says nothing about the systems. */
  readonly forbids: boolean;
}

export interface Compatibility {
  readonly differing: readonly DifferingKey[];
  /** The same requests at the same times: same schedule, same prompts, same seed. */
  readonly paired: boolean;
  /** What a reader must know, one sentence each. */
  readonly warnings: readonly string[];
}

const systemFields: ReadonlySet<string> = new Set([
  'boundary',
  'model',
  'precision',
  'quantization',
  'engine',
  'engineVersion',
  'image',
  'tokenizerHash',
  'templateHash',
  'serverHardware',
  'separation',
  'streamingProtocol',
]);
/** Told by the plan already, or different in every run. */
const ignoredFields: ReadonlySet<string> = new Set([
  'seed',
  'sampleCount',
  'arrivals',
  'warmup',
  'clock',
  'tokenizer',
  'clientHardware',
]);
/** Whoever waits for answers sends less to a slow server: the two loads cannot be laid side by side. */
const forbiddenFields: ReadonlySet<string> = new Set(['loadModel']);

/** What differs between two runs, and what that means for a comparison of them. */
export function compatibility(baseline: ComparedRun, candidate: ComparedRun): Compatibility {
  const differing = [
    ...planDifferences(baseline.plan, candidate.plan),
    ...disclosureDifferences(baseline.manifest?.disclosure, candidate.manifest?.disclosure),
    ...factDifferences(baseline.manifest, candidate.manifest),
    ...engineDifferences(baseline.manifest, candidate.manifest),
    ...clientDifferences(baseline.manifest, candidate.manifest),
  ];
  const [one, other] = [baseline.manifest, candidate.manifest];
  const same = (key: 'scheduleHash' | 'promptHash' | 'seed'): boolean =>
    one?.[key] !== undefined && one[key] === other?.[key];
  const closed = [one, other].some((manifest) => manifest?.disclosure.loadModel.value === 'closed loop');
  const paired = same('scheduleHash') && same('promptHash') && same('seed') && !closed;
  return { differing, paired, warnings: warningsOf(baseline, candidate, differing) };
}

function warningsOf(baseline: ComparedRun, candidate: ComparedRun, differing: readonly DifferingKey[]): string[] {
  const verdicts = [baseline, candidate].flatMap(({ name, manifest }) => {
    const { certificate, simulated, endedAt } = manifest ?? {};
    const verdict = certificate?.verdict ?? 'suspect';
    return [
      ...(verdict === 'valid'
        ? []
        : [`the measurement of ${name} is ${verdict}: ${certificate?.reasons[0] ?? 'it was cut'}`]),
      ...(endedAt === undefined ? [`${name} was cut before it ended`] : []),
      ...(simulated ? [`${name} is simulated in virtual time`] : []),
    ];
  });
  return [...verdicts, ...severalFactors(differing)];
}

/** Where more than one thing differs between two systems, none of them alone is the cause. */
export function severalFactors(differing: readonly DifferingKey[]): string[] {
  const factors = differing.filter(({ kind }) => kind === 'system').map(({ key }) => key);
  if (factors.length < 2) return [];
  return [
    `${factors.length} things differ between the systems (${factors.join(', ')}): the difference cannot be laid to one of them`,
  ];
}

/** What of a plan decides the load; whatever else differs there is the target's or the policy's. */
const sections: readonly (readonly [section: string, kind: DifferenceKind, forbids: boolean])[] = [
  ['load', 'workload', true],
  ['workload', 'workload', true],
  ['phases', 'workload', false],
  ['limits', 'workload', false],
  ['score', 'policy', false],
  ['workers', 'client', false],
];

/** Of the workload's settings, those that change only which of many like requests are sent. */
const harmless: ReadonlySet<string> = new Set(['workload.salt', 'load.requests', 'load.duration']);

function planDifferences(one: unknown, other: unknown): DifferingKey[] {
  return sections.flatMap(([section, kind, forbids]) => {
    const [a, b] = [flat(section, at(one, section)), flat(section, at(other, section))];
    const keys = [...new Set([...a.keys(), ...b.keys()])];
    return keys
      .filter((key) => a.get(key) !== b.get(key))
      .map((key) => ({
        kind,
        key,
        baseline: a.get(key) ?? 'absent',
        candidate: b.get(key) ?? 'absent',
        forbids: forbids && !harmless.has(key),
      }));
  });
}

function disclosureDifferences(one: Disclosure | undefined, other: Disclosure | undefined): DifferingKey[] {
  return Object.keys(disclosureFields).flatMap((key): DifferingKey[] => {
    const field = key as keyof Disclosure;
    const [a, b] = [one?.[field]?.value, other?.[field]?.value];
    if (a === b || ignoredFields.has(key)) return [];
    const kind = systemFields.has(key) ? 'system' : 'workload';
    const told = (value: unknown): string => (value === undefined ? 'not told' : String(value));
    return [
      { kind, key: `disclosure.${key}`, baseline: told(a), candidate: told(b), forbids: forbiddenFields.has(key) },
    ];
  });
}

/** Facts of the system that its user declared under names of their own. */
function factDifferences(one: Manifest | undefined, other: Manifest | undefined): DifferingKey[] {
  const [a, b] = [one?.target.facts ?? {}, other?.target.facts ?? {}];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => a[key] !== b[key])
    .map((key) => ({
      kind: 'system',
      key: `facts.${key}`,
      baseline: a[key] ?? 'not told',
      candidate: b[key] ?? 'not told',
      forbids: false,
    }));
}

/** Options of simulated engines: what distinguishes two systems that disclose the same. */
function engineDifferences(one: Manifest | undefined, other: Manifest | undefined): DifferingKey[] {
  const [a, b] = [flat('engine', one?.simulated), flat('engine', other?.simulated)];
  const told = new Set(['engine.model', 'engine.gpu', 'engine.tensorParallel', 'engine.weights']);
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key) && !told.has(key))
    .map((key) => ({
      kind: 'system',
      key,
      baseline: a.get(key) ?? 'default',
      candidate: b.get(key) ?? 'default',
      forbids: false,
    }));
}

/** What a manifest tells of a system, its place and the options of a simulated engine: equal for runs of one configuration. */
export const systemSignature = (manifest: Manifest | undefined): string =>
  JSON.stringify([
    manifest?.target.url,
    [...systemFields].map((field) => manifest?.disclosure[field as keyof Disclosure]?.value),
    Object.entries(manifest?.target.facts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    manifest?.simulated,
  ]);

function clientDifferences(one: Manifest | undefined, other: Manifest | undefined): DifferingKey[] {
  const facts = (manifest: Manifest | undefined): Record<string, string | undefined> => ({
    metron: manifest?.metron,
    'host.cpu': manifest?.host.cpu,
    'host.cores': manifest && String(manifest.host.usableCores ?? manifest.host.cores),
    'host.node': manifest?.host.node,
    'instrument.clock': manifest?.instrument.clock,
    'instrument.transportPaths': manifest?.instrument.transportPaths.join(', '),
  });
  const [a, b] = [facts(one), facts(other)];
  return Object.keys(a)
    .filter((key) => a[key] !== b[key])
    .map((key) => ({
      kind: 'client',
      key,
      baseline: a[key] ?? 'not told',
      candidate: b[key] ?? 'not told',
      forbids: false,
    }));
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** A setting of a stored plan, or a group of them. */
export const settingOf = (plan: unknown, ...path: readonly string[]): unknown =>
  path.reduce((value, key) => at(value, key), plan);

/** Every leaf as text by its dotted path; lists are leaves. */
function flat(path: string, value: unknown, into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, child] of Object.entries(value)) flat(`${path}.${key}`, child, into);
  } else if (value !== undefined) into.set(path, JSON.stringify(value));
  return into;
}
