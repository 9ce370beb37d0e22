import { z } from 'zod';
import { planSchema } from './plan-schema.ts';

type AnySchema = z.core.$ZodType;
/** The part of a schema's definition that a walk needs. */
interface Definition {
  readonly type: string;
  readonly innerType?: AnySchema;
  readonly shape?: Readonly<Record<string, AnySchema>>;
  readonly options?: readonly AnySchema[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly valueType?: AnySchema;
  readonly defaultValue?: unknown;
}

/** One setting of a plan as its schema describes it. */
export interface Setting {
  readonly path: string;
  readonly description?: string;
  readonly example?: unknown;
  /** As it is written in a plan. */
  readonly default?: unknown;
  readonly type: 'duration' | 'number' | 'boolean' | 'choice' | 'text' | 'group' | 'entries' | 'list' | 'either';
  /** Of a choice. */
  readonly choices?: readonly string[];
  /** Of a setting that takes either of several forms. */
  readonly alternatives?: readonly Setting[];
  /** Of a choice among definitions: each with its own words. */
  readonly kinds?: readonly { readonly kind: string; readonly summary: string }[];
}

const definitionOf = (schema: AnySchema): Definition => schema._zod.def as unknown as Definition;

const wrappers = new Set(['optional', 'default', 'prefault', 'nonoptional', 'nullable', 'readonly']);

const types: Readonly<Record<string, Setting['type']>> = {
  pipe: 'duration',
  number: 'number',
  int: 'number',
  boolean: 'boolean',
  enum: 'choice',
  literal: 'choice',
  string: 'text',
  object: 'group',
  record: 'entries',
  array: 'list',
  union: 'either',
};

/** The schemas from the outermost wrapper to the bare one. */
function layers(schema: AnySchema): AnySchema[] {
  const { type, innerType } = definitionOf(schema);
  return wrappers.has(type) && innerType ? [schema, ...layers(innerType)] : [schema];
}

const bare = (schema: AnySchema): AnySchema => layers(schema).at(-1) ?? schema;

function childOf(schema: AnySchema, key: string): AnySchema | undefined {
  const { shape, options, valueType } = definitionOf(bare(schema));
  if (shape) return shape[key];
  for (const option of options ?? []) {
    const child = childOf(option, key);
    if (child) return child;
  }
  return valueType;
}

function kindsOf(schema: AnySchema): Setting['kinds'] {
  const kinds = (definitionOf(schema).options ?? []).flatMap((option) => {
    const literal = definitionOf(option).shape?.kind;
    const kind = literal && definitionOf(literal).values?.[0];
    const summary = z.globalRegistry.get(option)?.description;
    return typeof kind === 'string' && summary !== undefined ? [{ kind, summary }] : [];
  });
  return kinds.length > 0 ? kinds : undefined;
}

/** What stands where nothing is written, as it would be written. */
export function defaultOf(schema: AnySchema): { readonly default: unknown } | undefined {
  const layer = layers(schema).find((candidate) => definitionOf(candidate).type === 'default');
  return layer && { default: z.encode(bare(schema) as z.ZodType, definitionOf(layer).defaultValue) };
}

function describe(path: string, schema: AnySchema): Setting {
  const stack = layers(schema);
  const inner = bare(schema);
  const metadata = Object.assign({}, ...stack.map((layer) => z.globalRegistry.get(layer)).reverse());
  const { type, entries, values, options } = definitionOf(inner);
  const choices = entries ? Object.values(entries) : values?.map(String);
  const kinds = kindsOf(inner);
  return {
    path,
    type: types[type] ?? 'text',
    ...(metadata.description !== undefined && { description: metadata.description }),
    ...(metadata.examples?.[0] !== undefined && { example: metadata.examples[0] }),
    ...defaultOf(schema),
    ...(choices && { choices }),
    ...(kinds ? { kinds } : options && { alternatives: options.map((option) => describe(path, option)) }),
  };
}

/** The setting at a path such as `score.decodeDeadline`; undefined if the schema has none. */
export function settingAt(path: string): Setting | undefined {
  let schema: AnySchema | undefined = planSchema;
  for (const key of path.split('.')) schema = schema && childOf(schema, key);
  return schema && describe(path, schema);
}

/** The setting at `path` that has this schema, and all within it; options of kinds are left to their definitions. */
export function settingsWithin(path: string, schema: AnySchema): Setting[] {
  const { shape } = definitionOf(bare(schema));
  const within = Object.entries(shape ?? {}).flatMap(([key, child]) => settingsWithin(`${path}.${key}`, child));
  return [describe(path, schema), ...within];
}

/** Every setting that is written in a plan, groups included. */
export const allSettings = (): Setting[] =>
  Object.entries(planSchema.shape).flatMap(([key, schema]) => settingsWithin(key, schema));
