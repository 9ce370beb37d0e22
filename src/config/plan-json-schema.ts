import { z } from 'zod';
import { placeAt } from './expand-shorthands.ts';
import { planSchema } from './plan-schema.ts';
import { defaultOf } from './setting.ts';

/** JSON Schema (draft 2020-12) of a plan as it is written, for editors. */
export function planJsonSchema(): Record<string, unknown> {
  const byWord = new Set<unknown>();
  for (const [section, schema] of Object.entries(planSchema.shape)) {
    const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
    if (!(inner instanceof z.ZodObject)) continue;
    for (const [key, child] of Object.entries(inner.shape)) if (placeAt(`${section}.${key}`)) byWord.add(child);
  }
  return z.toJSONSchema(planSchema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      Object.assign(jsonSchema, defaultOf(zodSchema));
      if (!byWord.has(zodSchema)) return;
      const { description, examples, ...written } = jsonSchema;
      for (const key of Object.keys(written)) delete (jsonSchema as Record<string, unknown>)[key];
      Object.assign(jsonSchema, { anyOf: [{ type: ['string', 'number'] }, written] });
    },
  }) as Record<string, unknown>;
}
