import { planFlags } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';

/** One setting of a plan and the values it takes. */
export interface SweepAxis {
  readonly path: string;
  readonly values: readonly (string | number)[];
}

/** `rate=1,2,4` or `load.arrivals.rate=1,2,4`: a flag's name or a setting's path. */
export function parseAxis(text: string): SweepAxis {
  const [, name = '', list = ''] = /^\s*([^=]+?)\s*=\s*(.+)$/.exec(text) ?? [];
  const values = list
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')
    .map((value) => (Number.isFinite(Number(value)) ? Number(value) : value));
  if (name === '' || values.length === 0) {
    throw new MetronError('SWEEP_INVALID', `--over "${text}": expected a setting, "=" and values`, {
      hint: 'write --over rate=1,2,4,8 or --over load.closed.users=1,8,64',
    });
  }
  const twin = values.find((value, i) => values.indexOf(value) < i);
  if (twin !== undefined) {
    throw new MetronError('SWEEP_INVALID', `--over "${text}": ${twin} stands there twice`, {
      hint: 'the same seed would give the same run; other seeds are an axis of their own: --over seed=1,2',
    });
  }
  const path = planFlags.find((flag) => flag.name === `--${name}`)?.path ?? name;
  return { path, values };
}

/** Virtual time has no server: whatever a plan says of it, all cells would be the same. Throws where a sweep is over that. */
export function expectSimulable(axes: readonly SweepAxis[]): void {
  const idle = axes.find(({ path }) => path.startsWith('target.'));
  if (idle === undefined) return;
  throw new MetronError('SWEEP_INVALID', `--over ${idle.path} changes nothing under --simulate, which has no server`, {
    hint: 'sweep over rate, users or workload settings, or leave out --simulate to measure real servers',
  });
}

/** A sweep that goes on may have more values and no others: cells with other settings would not stand in one table. */
export function widened(before: readonly SweepAxis[], given: readonly SweepAxis[]): readonly SweepAxis[] {
  const names = (axes: readonly SweepAxis[]): string => axes.map(({ path }) => path).join(', ');
  if (names(before) !== names(given)) {
    throw new MetronError('SWEEP_INVALID', `the sweep is over ${names(before)}, and --over is over ${names(given)}`, {
      hint: 'give every setting of the sweep in its order, or start a new sweep',
    });
  }
  return before.map(({ path, values }, i) => ({
    path,
    values: [...new Set([...values, ...(given[i]?.values ?? [])])],
  }));
}

/** Every combination of values, the last axis fastest. */
export function gridOf(axes: readonly SweepAxis[]): Record<string, string | number>[] {
  return axes.reduce<Record<string, string | number>[]>(
    (cells, { path, values }) => cells.flatMap((cell) => values.map((value) => ({ ...cell, [path]: value }))),
    [{}],
  );
}

const longestName = 64;

/** What a combination of settings is called: what no file name may hold is left out. */
export const cellName = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([path, value]) => `${path.split('.').at(-1)}-${value}`)
    .join('_')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longestName);

/** A plan's JSON with settings changed; what a setting takes the place of is taken out. */
export function withSettings(planJson: unknown, settings: Readonly<Record<string, string | number>>): unknown {
  const root = structuredClone(planJson) as Record<string, unknown>;
  for (const path of Object.keys(settings)) {
    for (const replaced of planFlags.find((flag) => flag.path === path)?.replaces ?? []) removeAt(root, replaced);
  }
  for (const [path, value] of Object.entries(settings)) setAt(root, path, value);
  return root;
}

type Group = Record<string, unknown>;
const isGroup = (value: unknown): value is Group =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function removeAt(root: Group, path: string): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const at = keys.reduce<unknown>((group, key) => (isGroup(group) ? group[key] : undefined), root);
  if (isGroup(at)) delete at[last];
}

function setAt(root: Group, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = root;
  for (const key of keys) {
    if (!isGroup(at[key])) at[key] = {};
    at = at[key] as Group;
  }
  at[last] = value;
}
