import { z } from 'zod';
import { MetronError } from '../../core/errors.ts';
import { nearest } from '../../core/registry.ts';
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
  spin: z.boolean().default(false).describe('never sleep just before a token is due: exact pacing for most of a core'),
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

/** Checks options and fills in the defaults; every problem is named at once. */
export function readEngineOptions(input: EngineOptionsInput): EngineOptions {
  const unknown = Object.keys(input).filter((key) => !(key in engineOptionsSchema.shape));
  const result = engineOptionsSchema.safeParse(input);
  if (result.success && unknown.length === 0) return result.data;
  const problems = (result.error?.issues ?? []).map(({ path, message }) => `${flagName(String(path[0]))}: ${message}`);
  for (const key of unknown) {
    const near = nearest(key, Object.keys(engineOptionsSchema.shape));
    problems.push(`${flagName(key)}: unknown option${near === undefined ? '' : `; did you mean ${flagName(near)}?`}`);
  }
  throw new MetronError('BAD_ENGINE_OPTIONS', problems.join('; '), { hint: 'metron engine --help lists the options' });
}

/** `firstTokenMs` → `--first-token-ms` */
const flagName = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export interface EngineFlag {
  /** Key in the options. */
  readonly key: string;
  /** `--first-token-ms <number>`, `--in-step` */
  readonly flag: string;
  readonly help: string;
  readonly default: unknown;
  readonly type: 'number' | 'string' | 'boolean' | 'list';
  /** Several uses add up to a list. */
  readonly repeatable: boolean;
}

/** One command-line flag for each option, so that `--help` cannot drift from what is understood. */
export const engineFlags: readonly EngineFlag[] = Object.entries(engineOptionsSchema.shape).map(([key, schema]) => {
  const type = flagType(schema);
  const placeholder = type === 'boolean' ? '' : ` <${type === 'list' ? 'rule' : key === 'trace' ? 'file' : type}>`;
  return {
    key,
    flag: flagName(key) + placeholder,
    help: schema.description ?? '',
    default: schema.safeParse(undefined).data,
    type,
    repeatable: type === 'list',
  };
});

function flagType(schema: z.ZodType): EngineFlag['type'] {
  if (schema.safeParse(true).success) return 'boolean';
  if (schema.safeParse(['x']).success) return 'list';
  return schema.safeParse('text').success ? 'string' : 'number';
}

/** Options from what a command line gave: every value a string, a list of strings or `true`; other keys are left out. */
export function engineOptionsFromFlags(flags: Readonly<Record<string, unknown>>): EngineOptions {
  const given = engineFlags.filter(({ key }) => flags[key] !== undefined);
  const entries = given.map(({ key, type }) => [key, type === 'number' ? toNumber(flags[key]) : flags[key]]);
  return readEngineOptions(Object.fromEntries(entries));
}

/** A text that is no number stays a text, so that the schema names it. */
function toNumber(value: unknown): unknown {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return Number.isNaN(number) ? value : number;
}
