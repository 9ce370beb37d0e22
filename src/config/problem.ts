import type { z } from 'zod';
import { nearest } from '../core/registry.ts';

/** One thing that is wrong with a plan: where, and a sentence. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );

export const quoteNearest = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`;
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a group of settings',
  record: 'a group of settings',
  array: 'a list',
};

const mustBe = (expected: string, input: unknown): string =>
  input === undefined ? `required, ${expected}` : `expected ${expected}, got ${shown(input)}`;

function sizeOf(origin: string, sign: string, bound: unknown): string {
  if (origin === 'string') return `text of ${sign} ${bound} characters`;
  if (origin === 'array') return `a list of ${sign} ${bound} entries`;
  return `${sign} ${bound}`;
}

function unknownKeys(keys: readonly string[], schema: unknown): string {
  const shape = (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape ?? {};
  return keys.map((key) => `unknown key "${key}"; ${quoteNearest(key, Object.keys(shape))}`).join('; ');
}

function unknownChoice(input: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  const near = typeof input === 'string' ? nearest(input, names) : undefined;
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return `${mustBe(names.length > 1 ? `one of ${names.join(', ')}` : (names[0] ?? ''), input)}${hint}`;
}

/** The sentence for what a schema found; a schema's own words win over these. */
export function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return mustBe(typeNames[issue.expected] ?? issue.expected, input);
    case 'too_small':
      return mustBe(sizeOf(issue.origin, issue.inclusive ? '>=' : '>', issue.minimum), input);
    case 'too_big':
      return mustBe(sizeOf(issue.origin, issue.inclusive ? '<=' : '<', issue.maximum), input);
    case 'invalid_value':
      return unknownChoice(input, issue.values);
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, issue.inst);
    case 'invalid_union': {
      const kind = (input as { kind?: unknown } | undefined)?.kind;
      return 'options' in issue && Array.isArray(issue.options) ? unknownChoice(kind, issue.options) : undefined;
    }
    default:
      return undefined;
  }
}

/** What a schema found, as problems below `path`. */
export const problemsOf = (issues: readonly z.core.$ZodIssue[], path: readonly PropertyKey[]): Problem[] =>
  issues.map((issue) => ({ path: formatPath([...path, ...issue.path]), message: issue.message }));
