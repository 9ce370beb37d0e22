import { z } from 'zod';
import { exitCodes, MetronError } from '../core/errors.ts';
import {
  type EngineFlag,
  type EngineOptionsInput,
  engineFlags,
  engineOptionsSchema,
} from '../engine/server/options.ts';
import { serveEngine } from '../engine/server/serve-engine.ts';
import { type Flag, type Flags, jsonFlag, type Verb } from './verb.ts';

const flags: Flag[] = engineFlags.map(({ flag, help, default: standard, type }) => ({
  flag,
  help: standard === undefined || type === 'list' || type === 'boolean' ? help : `${help} (${String(standard)})`,
  repeatable: type === 'list',
}));

function optionsFrom(given: Flags): EngineOptionsInput {
  const typed = Object.fromEntries(
    engineFlags
      .filter(({ key }) => given[key] !== undefined)
      .map((flag) => [flag.key, typedValue(flag, given[flag.key])]),
  );
  const parsed = engineOptionsSchema.safeParse(typed);
  if (!parsed.success) throw new MetronError('BAD_OPTION', z.prettifyError(parsed.error).replaceAll('\n', ' '));
  return typed as EngineOptionsInput;
}

function typedValue({ flag, type }: EngineFlag, value: unknown): unknown {
  if (type !== 'number') return value;
  const number = Number(value);
  if (Number.isNaN(number))
    throw new MetronError('BAD_OPTION', `${flag.split(' ')[0]}: "${String(value)}" is no number`);
  return number;
}

export const engine: Verb = {
  name: 'engine',
  summary: 'serve a simulated LLM engine that speaks the OpenAI API',
  examples: [
    'metron engine --port 8000',
    'metron engine --port 0 --stall-probability 0.01 --json',
    'metron engine --trace truth.jsonl --fault reset@0.05',
  ],
  flags: [
    ...flags,
    { flag: '--until-stdin-closes', help: 'end when standard input closes, for programs that start an engine' },
    jsonFlag,
  ],
  async main(_positional, given) {
    await serveEngine({
      engine: optionsFrom(given),
      json: given.json === true,
      exitWithParent: given.untilStdinCloses === true,
    });
    return exitCodes.ok;
  },
};
