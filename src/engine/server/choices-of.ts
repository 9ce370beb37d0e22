import { z } from 'zod';
import { gpus } from '../cost/gpus.ts';
import { hosts } from '../cost/hosts.ts';
import { schedulers } from '../schedulers/index.ts';

/** Names that catalogues know, by option. Models are too many for a line of help. */
const known: Readonly<Record<string, readonly string[]>> = {
  gpu: gpus.kinds,
  scheduler: schedulers.kinds,
  hostPreset: hosts.kinds,
};

/** What may be given for an option, where that is a short list. */
export function choicesOf(key: string, schema: z.ZodType): readonly string[] {
  return known[key] ?? listed(schema);
}

function listed(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return listed(schema.unwrap());
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return schema instanceof z.ZodUnion ? schema.options.flatMap(listed) : [];
}
