import { z } from 'zod';
import type { Registry } from '../core/registry.ts';

/** Anything with a kind, a line about itself and a schema of its own. */
export interface ConfigurableDefinition {
  readonly kind: string;
  readonly summary: string;
  readonly options: z.ZodObject;
}

export type KindOptions = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** The schema of a choice among definitions: one variant for each, told apart by `kind`. */
export function kindUnion(definitions: Registry<ConfigurableDefinition>): z.ZodType<KindOptions, KindOptions> {
  const variants = definitions.all.map(({ kind, summary, options }) =>
    options.safeExtend({ kind: z.literal(kind) }).meta({ description: summary }),
  );
  const [first, ...rest] = variants;
  if (!first) throw new Error('a choice among no definitions');
  return z.discriminatedUnion('kind', [first, ...rest]) as unknown as z.ZodType<KindOptions, KindOptions>;
}

/** The schema of a name in a list; the list's first is the default where one is needed. */
export const kindName = (definitions: Registry<{ readonly kind: string }>) => {
  const [first, ...rest] = definitions.kinds;
  if (first === undefined) throw new Error('a choice among no definitions');
  return z.enum([first, ...rest]);
};
