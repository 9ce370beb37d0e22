import { resolve } from 'node:path';
import { MetronError } from '../core/errors.ts';
import { expandShorthands, isGroup, type Place, placeAt } from './expand-shorthands.ts';
import { type PlanFlag, planFlags, scoreFlags } from './flags.ts';
import { lineOrigin } from './load-plan.ts';
import type { Plan } from './plan.ts';
import { type PlanDocument, readPlanDocument } from './plan-document.ts';
import { resolvePlan, resolveScore } from './resolve-plan.ts';
import { readShorthand } from './shorthand.ts';

/** Values of flags as commander gives them; flags that set no plan are passed over. */
export type FlagValues = Readonly<Record<string, unknown>>;

type Group = Record<string, unknown>;

const numeric = (text: string): unknown => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `name=value` or, as curl writes headers, `name: value`. */
function readEntry({ name, entries }: PlanFlag, text: string): [string, unknown] {
  const [, key = '', value = ''] = /^([^=:]+)[=:]\s*([\s\S]*)$/.exec(text) ?? [];
  if (key === '') throw new MetronError('FLAG_INVALID', `${name} "${text}": expected a name, "=" and a value`);
  return [key.trim(), entries === 'json' ? jsonOrText(value) : value];
}

/** Names of files are relative to where the command runs, not to the plan. What cannot be read stays, to be reported. */
function readKind({ definitions, keepsOptions }: Place, text: string, before: unknown): unknown {
  try {
    const options = readShorthand(definitions, text);
    const known = Object.keys(definitions.get(options.kind).options.shape);
    const kept = Object.entries(keepsOptions && isGroup(before) ? before : {}).filter(([key]) => known.includes(key));
    const { file } = options;
    return { ...Object.fromEntries(kept), ...options, ...(typeof file === 'string' && { file: resolve(file) }) };
  } catch (cause) {
    if (cause instanceof MetronError) return text;
    throw cause;
  }
}

function readValue(flag: PlanFlag, value: unknown, before: unknown): unknown {
  if (flag.entries) {
    const entries = Object.fromEntries([value].flat().map((text) => readEntry(flag, String(text))));
    return { ...(isGroup(before) ? before : {}), ...entries };
  }
  if (typeof value !== 'string') return value;
  const place = placeAt(flag.path);
  if (place) return readKind(place, value, before);
  if (flag.file) return resolve(value);
  if (flag.listUnless) return flag.listUnless.includes(value) ? value : value.split(',');
  return flag.type === 'number' || flag.type === 'either' ? numeric(value) : value;
}

const keysOf = (path: string): [groups: string[], last: string] => {
  const keys = path.split('.');
  return [keys, keys.pop() ?? ''];
};

function getAt(root: Group, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isGroup(at) ? at[key] : undefined), root);
}

/** Where a group is wanted and something else stands, that stays, to be reported. */
function setAt(root: Group, path: string, value: unknown): void {
  const [groups, last] = keysOf(path);
  let at = root;
  for (const key of groups) {
    at[key] ??= {};
    const next = at[key];
    if (!isGroup(next)) return;
    at = next;
  }
  at[last] = value;
}

function removeAt(root: Group, path: string): void {
  const [groups, last] = keysOf(path);
  const at = groups.length === 0 ? root : getAt(root, groups.join('.'));
  if (isGroup(at)) delete at[last];
}

/** The file's settings with the flags' over them; a flag also takes the place of what it excludes. */
function merge(flags: readonly PlanFlag[], values: FlagValues, base: unknown): Group {
  const root = structuredClone(isGroup(base) ? expandShorthands(base, []) : {});
  const given = flags.filter(({ attribute }) => values[attribute] !== undefined);
  for (const path of given.flatMap(({ replaces = [] }) => replaces)) removeAt(root, path);
  // Whole kinds first, so that `--rate` lands in the process that `--arrivals` names.
  const ordered = [...given.filter(({ path }) => placeAt(path)), ...given.filter(({ path }) => !placeAt(path))];
  for (const flag of ordered) {
    setAt(root, flag.path, readValue(flag, values[flag.attribute], getAt(root, flag.path)));
  }
  return root;
}

/** Problems name the flag a setting comes from, or its line in the file. */
const originOf =
  (values: FlagValues, document: PlanDocument | undefined) =>
  (path: string): string | undefined => {
    const [flag] = planFlags
      .filter(({ path: set, attribute }) => values[attribute] !== undefined && `${path}.`.startsWith(`${set}.`))
      .sort((a, b) => b.path.length - a.path.length);
    return flag?.name ?? (document && lineOrigin(document)(path));
  };

/** The plan of a command line: a file's settings, if there is one, with the flags' over them. */
export function planFromFlags(values: FlagValues, base?: string | PlanDocument): Plan {
  const document = typeof base === 'string' ? readPlanDocument(base) : base;
  return resolvePlan(merge(planFlags, values, document?.input), {
    ...(document && { directory: document.directory }),
    origin: originOf(values, document),
  });
}

/** How to score a stored run: the score section of its plan, if there is one, with the flags' over it. */
export function scoreFromFlags(values: FlagValues, section?: unknown): Plan['score'] {
  const { score } = merge(scoreFlags, values, { score: section ?? {} });
  return resolveScore(score, { origin: originOf(values, undefined) });
}
