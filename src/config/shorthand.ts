import { MetronError } from '../core/errors.ts';
import type { Registry } from '../core/registry.ts';
import type { ConfigurableDefinition, KindOptions } from './kind-union.ts';
import { quoteNearest } from './problem.ts';

/** What a definition may say about how it is written in one word. */
export interface ShorthandDefinition extends ConfigurableDefinition {
  readonly positional?: string;
  readonly example: Readonly<Record<string, unknown>>;
  shorthand?(text: string): Readonly<Record<string, unknown>> | undefined;
}

const value = (text: string): unknown => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : text);

const refuse = (message: string): never => {
  throw new MetronError('SHORTHAND_INVALID', message);
};

function readOptions(definition: ShorthandDefinition, text: string): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  text.split(',').forEach((part, index) => {
    const [key = '', ...rest] = part.split('=');
    if (rest.length === 0) {
      if (definition.positional === undefined || index > 0) {
        refuse(`"${part}" is no option of ${definition.kind}; write ${definition.kind}:option=value`);
      }
      options[definition.positional ?? ''] = value(part);
      return;
    }
    const known = Object.keys(definition.options.shape);
    if (!known.includes(key)) refuse(`${definition.kind} has no option "${key}"; ${quoteNearest(key, known)}`);
    options[key] = value(rest.join('='));
  });
  return options;
}

/**
 * The options written as one word: `KIND`, `KIND:VALUE`, `KIND:option=value,option=value`, or
 * whatever a definition's own shorthand takes. Values are checked later, by the schema.
 */
export function readShorthand(definitions: Registry<ShorthandDefinition>, text: string): KindOptions {
  for (const definition of definitions.all) {
    const options = definition.shorthand?.(text);
    if (options) return { kind: definition.kind, ...options };
  }
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (!definitions.has(kind)) {
    refuse(`unknown choice "${kind}"; known: ${definitions.kinds.join(', ')}`);
  }
  const definition = definitions.get(kind);
  return { kind, ...(colon < 0 ? {} : readOptions(definition, text.slice(colon + 1))) };
}

const isShort = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string';

/** The longest example among the definitions that can be written in one word. */
export function exampleShorthand(definitions: Registry<ShorthandDefinition>): string {
  const [longest] = definitions.all
    .map(({ kind, example }) => ({ kind, entries: Object.entries(example) }))
    .filter(({ entries }) => entries.every(([, value]) => isShort(value)))
    .sort((a, b) => b.entries.length - a.entries.length);
  return `${longest?.kind}:${longest?.entries.map(([key, value]) => `${key}=${value}`).join(',')}`;
}
