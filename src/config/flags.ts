import { type FlagRow, flagTable } from './flag-table.ts';
import { type Setting, settingAt } from './setting.ts';

/** A command-line flag of a plan's setting. */
export interface PlanFlag extends Omit<FlagRow, 'argument'> {
  /** As commander writes it: `--rate <number>`. */
  readonly flag: string;
  /** The placeholder; absent where the flag stands alone. */
  readonly argument?: string;
  /** Where commander puts the value: `decodeDeadline` for `--decode-deadline`. */
  readonly attribute: string;
  readonly help: string;
  /** A use that works. */
  readonly example: string;
  readonly repeatable: boolean;
  readonly type: Setting['type'];
}

const placeholders: Readonly<Partial<Record<Setting['type'], string>>> = { duration: 'duration', number: 'number' };

function placeholder({ argument }: FlagRow, { type, choices }: Setting): string | undefined {
  if (type === 'boolean') return undefined;
  return `<${argument ?? (type === 'choice' && choices ? choices.join('|') : (placeholders[type] ?? 'text'))}>`;
}

/** Kinds are explained where they come first; after that their names suffice. */
function helpOf(setting: Setting, explained: boolean): string {
  const kinds = explained
    ? setting.kinds?.map(({ kind }) => kind).join(', ')
    : setting.kinds?.map(({ kind, summary }) => `${kind} (${summary})`).join('; ');
  const byDefault =
    setting.default === undefined || setting.default === false || typeof setting.default === 'object'
      ? ''
      : ` (default ${setting.default})`;
  return `${setting.description ?? ''}${kinds === undefined ? '' : `: ${kinds}`}${byDefault}`;
}

function exampleOf(row: FlagRow, setting: Setting): string {
  const { example } = setting;
  if (setting.type === 'boolean') return row.name;
  if (row.entries && typeof example === 'object' && example !== null) {
    const [[key, value] = ['', '']] = Object.entries(example);
    return `${row.name} ${key}=${value}`;
  }
  if (Array.isArray(example)) return `${row.name} ${example.join(',')}`;
  return `${row.name} ${example ?? setting.choices?.[0] ?? ''}`;
}

function isExplainedBefore({ kinds }: Setting, index: number): boolean {
  if (kinds === undefined) return false;
  const same = JSON.stringify(kinds);
  return flagTable.slice(0, index).some(({ path }) => JSON.stringify(settingAt(path)?.kinds) === same);
}

function toFlag(row: FlagRow, index: number): PlanFlag {
  const setting = settingAt(row.path);
  if (!setting) throw new Error(`flag ${row.name} sets ${row.path}, which no plan has`);
  const argument = placeholder(row, setting);
  return {
    ...row,
    flag: argument === undefined ? row.name : `${row.name} ${argument}`,
    ...(argument !== undefined && { argument }),
    attribute: row.name.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    help: helpOf(setting, isExplainedBefore(setting, index)),
    example: exampleOf(row, setting),
    repeatable: row.entries !== undefined,
    type: setting.type,
  } as PlanFlag;
}

/** Every flag that sets a plan, in the order of the help. */
export const planFlags: readonly PlanFlag[] = flagTable.map(toFlag);

/** Those that only change how a run is scored. */
export const scoreFlags: readonly PlanFlag[] = planFlags.filter(({ path }) => path.startsWith('score.'));
