import { z } from 'zod';
import { simple } from '../simple.ts';

const serverOptions = z.object({
  host: z.string().default('127.0.0.1').describe('address to listen on'),
  port: z.number().int().min(0).max(65_535).default(8000).describe('port to listen on; 0 takes a free one'),
  model: z.string().min(1).default('metron-sim').describe('name of the model that is served'),
  seed: z.union([z.number(), z.string()]).default(1).describe('seed of every random draw'),
  contextTokens: z.number().int().positive().default(131_072).describe('most tokens of prompt and answer together'),
  answerTokens: z.number().int().positive().default(200).describe('median length of an answer that may end by itself'),
  answerSpread: z.number().min(0).max(3).default(0.6).describe('sigma of the lognormal length of such answers'),
  blockTokens: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('prompt tokens per block of the prefix cache; 0 shares no prefix'),
  apiKeyEnv: z.string().optional().describe('environment variable with the key that requests must bring'),
  trace: z.string().optional().describe('file for the truth trace, one JSON line per request'),
  traceKeep: z.number().int().min(0).default(1000).describe('requests that GET /sim/trace remembers'),
  fault: z
    .array(z.string())
    .default([])
    .describe('fault rule name[:arg][@probability][@every=n]; may be given several times'),
});

/** All options of the engine process: the server's, and those of the simple core. */
export const engineOptionsSchema = serverOptions.extend(simple.options.shape);

export type EngineOptions = z.output<typeof engineOptionsSchema>;
export type EngineOptionsInput = z.input<typeof engineOptionsSchema>;

export interface EngineFlag {
  /** Key in the options. */
  readonly key: string;
  /** `--first-token-ms <number>`, `--in-step` */
  readonly flag: string;
  readonly help: string;
  readonly default: unknown;
  readonly type: 'number' | 'string' | 'boolean' | 'list';
}

/** One command-line flag for each option, so that `--help` cannot drift from what is understood. */
export const engineFlags: readonly EngineFlag[] = Object.entries(engineOptionsSchema.shape).map(([key, schema]) => {
  const type = flagType(schema);
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const placeholder = type === 'boolean' ? '' : ` <${type === 'list' ? 'rule' : key === 'trace' ? 'file' : type}>`;
  return {
    key,
    flag: name + placeholder,
    help: schema.description ?? '',
    default: schema.safeParse(undefined).data,
    type,
  };
});

function flagType(schema: z.ZodType): EngineFlag['type'] {
  if (schema.safeParse(true).success) return 'boolean';
  if (schema.safeParse(['x']).success) return 'list';
  return schema.safeParse('text').success ? 'string' : 'number';
}
