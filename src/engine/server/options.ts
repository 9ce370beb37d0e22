import { z } from 'zod';
import { MetronError } from '../../core/errors.ts';
import { nearest } from '../../core/registry.ts';
import type { Provenance } from '../cost/gpus.ts';
import type { simple } from '../simple.ts';
import { choicesOf } from './choices-of.ts';
import { describeIssue } from './describe-issue.ts';
import { type EngineFacts, engines, type ServedEngine } from './engines.ts';
import type { HardwareEngineOptions } from './own-hardware.ts';

const serverOptions = z.object({
  engine: z
    .string()
    .optional()
    .describe(`kind of engine: ${engines.kinds.join(' or ')}; by default what the options ask for`),
  host: z.string().default('127.0.0.1').describe('address to listen on'),
  port: z.number().int().min(0).max(65_535).default(8000).describe('port to listen on; 0 takes a free one'),
  model: z
    .string()
    .min(1)
    .optional()
    .describe('model: one of metron engine --list is simulated, the simple engine takes any name (metron-sim)'),
  servedModelName: z.string().min(1).optional().describe('name under which the model is served'),
  seed: z.union([z.number(), z.string()]).default(1).describe('seed of every random draw'),
  contextTokens: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('most tokens of prompt and answer together; default: the model’s, or 131072'),
  answerTokens: z.number().int().positive().default(200).describe('median length of an answer that may end by itself'),
  answerSpread: z.number().min(0).max(3).default(0.6).describe('sigma of the lognormal length of such answers'),
  splitBursts: z
    .boolean()
    .default(false)
    .describe('an event for each token, also where speculation gives several at once'),
  spin: z.boolean().default(false).describe('never sleep just before a token is due: exact pacing for most of a core'),
  apiKeyEnv: z.string().optional().describe('environment variable with the key that requests must bring'),
  loadSeconds: z
    .number()
    .min(0)
    .default(0)
    .describe('so long after the start the model is still loading, and requests are refused with 503'),
  trace: z.string().optional().describe('file for the truth trace, one JSON line per request'),
  traceKeep: z.number().int().min(0).default(1000).describe('requests that GET /sim/trace remembers'),
  fault: z
    .array(z.string())
    .default([])
    .describe('fault rule name[:arg][@probability][@every=n][@first=n] …; may be given several times'),
  tlsCert: z.string().min(1).optional().describe('certificate (PEM) with which HTTPS is served'),
  tlsKey: z.string().min(1).optional().describe('its key (PEM)'),
});

export type ServerOptions = z.output<typeof serverOptions>;

/** Options of all engines; what is left out takes the engine's own default. */
const coreShapes: Readonly<Record<string, z.ZodType>> = Object.assign({}, ...engines.all.map(({ shape }) => shape));

/** Every option of the engine process: the server's and those of each engine. */
export const engineOptionsSchema = z.object({ ...coreShapes, ...serverOptions.shape } as Record<string, z.ZodType>);

const shape = engineOptionsSchema.shape;

type ServerOptionsInput = z.input<typeof serverOptions>;

/** As a caller writes them: everything may be left out. */
export type EngineOptionsInput = ServerOptionsInput &
  z.input<typeof simple.options> &
  Omit<HardwareEngineOptions, keyof ServerOptionsInput> & {
    /** Host overhead of the simulated engine, by preset. */
    readonly hostPreset?: string;
  };

export interface EngineOptions {
  readonly server: ServerOptions;
  readonly engine: ServedEngine;
  /** For the engine, by the server's names. */
  readonly core: Readonly<Record<string, unknown>>;
}

/** Checks options and chooses the engine; every problem is named at once. */
export function readEngineOptions(given: EngineOptionsInput): EngineOptions {
  const input: Readonly<Record<string, unknown>> = given;
  const problems: string[] = [];
  for (const [key, value] of Object.entries(input)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const result = schema?.safeParse(value);
    if (!schema) problems.push(`${flagName(key)}: unknown option${suggestion(key)}`);
    else if (!result?.success)
      problems.push(`${flagName(key)}: ${result?.error.issues.map((issue) => describeIssue(issue, value)).join(', ')}`);
  }
  refuse(problems);
  const keys = Object.keys(input).filter((key) => input[key] !== undefined);
  const engine = given.engine === undefined ? engineFor(keys, given.model) : engines.get(given.engine);
  const strange = keys.filter((key) => !(key in engine.shape) && !(key in serverOptions.shape));
  refuse(strange.map((key) => `${flagName(key)}: the ${engine.kind} engine has no such option`));
  const forCore = keys.filter((key) => key in engine.shape && !(key in serverOptions.shape && key !== 'model'));
  return {
    server: serverOptions.parse(pick(input, Object.keys(serverOptions.shape))),
    engine,
    core: pick(input, forCore),
  };
}

/** The server's options with everything known that depends on the engine. */
export interface ServedOptions extends ServerOptions {
  readonly model: string;
  readonly contextTokens: number;
  /** Prompt tokens per block of the prefix cache; 0: no prefix is shared. */
  readonly blockTokens: number;
  readonly provenance?: Provenance;
}

export const servedOptions = (server: ServerOptions, facts: EngineFacts): ServedOptions => ({
  ...server,
  model: server.servedModelName ?? server.model ?? facts.model ?? 'metron-sim',
  contextTokens: server.contextTokens ?? facts.contextTokens ?? 131_072,
  blockTokens: facts.blockTokens ?? 0,
  ...(facts.provenance && { provenance: facts.provenance }),
});

/** Of the engines that have all the options that were given, the one that knows the model, or else the first. */
function engineFor(keys: readonly string[], model = ''): ServedEngine {
  const fits = ({ shape: own }: ServedEngine): boolean => keys.every((key) => key in own || key in serverOptions.shape);
  const fitting = engines.all.filter(fits);
  const found = fitting.find((engine) => engine.knows(model)) ?? fitting[0];
  if (found) return found;
  const given = keys.filter((key) => key in coreShapes).map(flagName);
  throw new MetronError('BAD_ENGINE_OPTIONS', `no engine has all of ${given.join(', ')}`, {
    hint: `choose one with --engine: ${engines.kinds.join(' or ')}`,
  });
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new MetronError('BAD_ENGINE_OPTIONS', problems.join('; '), { hint: 'metron engine --help lists the options' });
}

function suggestion(key: string): string {
  const near = nearest(key, Object.keys(shape));
  return near === undefined ? '' : `; did you mean ${flagName(near)}?`;
}

const pick = (input: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.flatMap((key) => (input[key] === undefined ? [] : [[key, input[key]]])));

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
  /** What may be given, where that is a short list. */
  readonly choices: readonly string[];
  /** Several uses add up to a list. */
  readonly repeatable: boolean;
  /** The kind of engine it belongs to; absent where it is the server's own. */
  readonly engine?: string;
}

/** Options that name a file. */
const fileOptions = new Set(['trace', 'modelConfig', 'calibration', 'tlsCert', 'tlsKey']);

const flagOf = (key: string, schema: z.ZodType, engine?: string): EngineFlag => {
  const type = flagType(schema);
  const standard: unknown = schema.safeParse(undefined).data;
  const choices = choicesOf(key, schema);
  return {
    key,
    flag: flagName(key) + placeholder(key, type, standard, choices),
    help: schema.description ?? '',
    default: standard,
    type,
    choices,
    repeatable: type === 'list',
    ...(engine === undefined ? {} : { engine }),
  };
};

/** One command-line flag for each option, so that `--help` cannot drift from what is understood. */
export const engineFlags: readonly EngineFlag[] = [
  ...Object.entries(serverOptions.shape).map(([key, schema]) => flagOf(key, schema)),
  ...engines.all.flatMap((engine) =>
    Object.entries(engine.shape)
      .filter(([key]) => !(key in serverOptions.shape))
      .map(([key, schema]) => flagOf(key, schema, engine.kind)),
  ),
];

function flagType(schema: z.ZodType): EngineFlag['type'] {
  if (schema.safeParse(true).success) return 'boolean';
  if (schema.safeParse(['x']).success) return 'list';
  if (schema.safeParse('text').success) return 'string';
  return [0, 1, 2].some((number) => schema.safeParse(number).success) ? 'number' : 'string';
}

function placeholder(key: string, type: EngineFlag['type'], standard: unknown, choices: readonly string[]): string {
  if (fileOptions.has(key)) return ' <file>';
  if (type === 'list') return ' <rule>';
  // What is not off by default must be possible to switch off.
  if (type === 'boolean') return standard === false ? '' : ' [yes]';
  return ` <${type === 'number' ? 'number' : choices.length > 0 ? 'name' : 'text'}>`;
}

/** Options from what a command line gave: every value a string, a list of strings or `true`; other keys are left out. */
export function engineOptionsFromFlags(flags: Readonly<Record<string, unknown>>): EngineOptionsInput {
  const used = engineFlags.filter(({ key }) => flags[key] !== undefined);
  const input = Object.fromEntries(
    used.map(({ key, type }) => [key, typedValue(flags[key], type)]),
  ) as EngineOptionsInput;
  readEngineOptions(input);
  return input;
}

/** A text that cannot be read as its type stays a text, so that the schema names it. */
function typedValue(value: unknown, type: EngineFlag['type']): unknown {
  if (type === 'boolean') return value === 'no' || value === 'false' ? false : value === 'yes' ? true : value;
  if (type !== 'number' || typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}
