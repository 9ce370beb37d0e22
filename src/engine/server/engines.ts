import type { z } from 'zod';
import { type Registry, registry } from '../../core/registry.ts';
import type { EngineCore } from '../core.ts';
import { simple } from '../simple.ts';
import { simulated } from '../simulated-engine.ts';

/** What a core knows about itself that the server must tell its clients or go by. */
export interface EngineFacts {
  /** Name of the model, where the core has one of its own. */
  readonly model?: string;
  /** Most tokens of prompt and answer together. */
  readonly contextTokens?: number;
  /** Prompt tokens per block of its prefix cache; absent where it has none. */
  readonly blockTokens?: number;
}

export interface AssembledEngine {
  readonly core: EngineCore;
  readonly facts: EngineFacts;
}

/** A kind of engine that can be served. */
export interface ServedEngine {
  readonly kind: string;
  readonly summary: string;
  /** Its options by the names the server gives them. */
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** Throws a `ZodError` or `MetronError` at options it cannot take. */
  assemble(options: Readonly<Record<string, unknown>>, seed: number | string): AssembledEngine;
}

interface CoreDefinition<Options extends z.ZodObject, Core extends EngineCore> {
  readonly kind: string;
  readonly summary: string;
  readonly options: Options;
  create(options: z.output<Options>, seed: number | string): Core;
}

/** `renamed`: options whose own names the server needs for itself, by the name they get instead. */
function served<Options extends z.ZodObject, Core extends EngineCore>(
  { kind, summary, options, create }: CoreDefinition<Options, Core>,
  facts: (core: Core) => EngineFacts,
  renamed: Readonly<Record<string, string>> = {},
): ServedEngine {
  const ownName = (key: string): string => renamed[key] ?? key;
  const outer = new Map(Object.entries(renamed).map(([name, own]) => [own, name]));
  const entries = Object.entries(options.shape as Readonly<Record<string, z.ZodType>>);
  return {
    kind,
    summary,
    shape: Object.fromEntries(entries.map(([key, schema]) => [outer.get(key) ?? key, schema])),
    assemble(given, seed) {
      const own = Object.fromEntries(Object.entries(given).map(([key, value]) => [ownName(key), value]));
      const core = create(options.parse(own), seed);
      return { core, facts: facts(core) };
    },
  };
}

/** The engines that `metron engine` can serve; the first is the default. */
export const engines: Registry<ServedEngine> = registry('engine', [
  served(simple, () => ({})),
  served(
    simulated,
    ({ design }) => ({
      model: design.options.model,
      contextTokens: design.settings.maxModelLength,
      ...(design.prefixCaching ? { blockTokens: design.options.blockSize } : {}),
    }),
    { hostPreset: 'host' },
  ),
]);
