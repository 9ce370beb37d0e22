import { MetronError } from '../core/errors.ts';
import type { Registry } from '../core/registry.ts';
import { arrivals, lengths } from '../workload/index.ts';
import type { Problem } from './problem.ts';
import { readShorthand, type ShorthandDefinition } from './shorthand.ts';

export interface Place {
  readonly section: string;
  readonly key: string;
  readonly definitions: Registry<ShorthandDefinition>;
  /** Kind of options that name none. */
  readonly defaultKind?: string | undefined;
  /** A flag that changes the kind keeps the options that the new kind has too, such as a rate. */
  readonly keepsOptions?: true;
}

/** The settings that may be written as one word, such as `512` or `gamma:cv=2`. */
const places: readonly Place[] = [
  { section: 'load', key: 'arrivals', definitions: arrivals, defaultKind: arrivals.kinds[0], keepsOptions: true },
  { section: 'workload', key: 'prompt', definitions: lengths },
  { section: 'workload', key: 'output', definitions: lengths },
];

export const placeAt = (path: string): Place | undefined =>
  places.find(({ section, key }) => `${section}.${key}` === path);

export const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function expand(value: unknown, { definitions, defaultKind }: Place): unknown {
  if (typeof value === 'string' || typeof value === 'number') return readShorthand(definitions, String(value));
  if (isGroup(value) && value.kind === undefined && defaultKind !== undefined) return { kind: defaultKind, ...value };
  return value;
}

/** A copy of the input with these settings written out in full; what cannot be read stays and is reported. */
export function expandShorthands(input: Record<string, unknown>, problems: Problem[]): Record<string, unknown> {
  const expanded = { ...input };
  for (const place of places) {
    const { section, key } = place;
    const group = expanded[section];
    if (!isGroup(group) || group[key] === undefined) continue;
    try {
      expanded[section] = { ...group, [key]: expand(group[key], place) };
    } catch (cause) {
      if (!(cause instanceof MetronError)) throw cause;
      problems.push({ path: `${section}.${key}`, message: cause.message });
    }
  }
  return expanded;
}
