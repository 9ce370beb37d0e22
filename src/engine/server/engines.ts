import type { z } from 'zod';
import { type Registry, registry } from '../../core/registry.ts';
import type { EngineCore } from '../core.ts';
import type { Provenance } from '../cost/gpus.ts';
import { models } from '../cost/models.ts';
import { simple } from '../simple.ts';
import { createSimulatedEngine, type EngineCounters, simulated } from '../simulated-engine.ts';
import { Histogram } from './histogram.ts';
import { type HardwareEngineOptions, hardwareEngineOptions, readOwnHardware } from './own-hardware.ts';

/** What a core knows about itself that the server must tell its clients or go by. */
export interface EngineFacts {
  /** Name of the model, where the core has one of its own. */
  readonly model?: string;
  /** Most tokens of prompt and answer together. */
  readonly contextTokens?: number;
  /** Prompt tokens per block of its prefix cache; absent where it has none. */
  readonly blockTokens?: number;
  /** How well the speed of what is simulated is known. */
  readonly provenance?: Provenance;
}

/** What only a simulated engine can tell or be told beside its requests. */
export interface EngineInside {
  counters(): EngineCounters;
  resetPrefixes(): void;
  /** Tokens of each iteration, as it starts. */
  readonly iterationTokens: Histogram;
  readonly cache: {
    readonly blockTokens: number;
    readonly blocks: number;
    readonly utilization: number;
    readonly prefixes: boolean;
  };
}

export interface AssembledEngine {
  readonly core: EngineCore;
  readonly facts: EngineFacts;
  readonly inside?: EngineInside;
}

/** A kind of engine that can be served. */
export interface ServedEngine {
  readonly kind: string;
  readonly summary: string;
  /** Whether it has a model of this name that it models itself. */
  knows(model: string): boolean;
  /** Its options by the names the server gives them. */
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /** Throws a `ZodError` or `MetronError` at options it cannot take. */
  assemble(options: Readonly<Record<string, unknown>>, seed: number | string): AssembledEngine;
}

/** Options whose own names the server needs for itself, by the name they get instead. */
const renamed: Readonly<Record<string, string>> = { hostPreset: 'host' };
const outerNames = new Map(Object.entries(renamed).map(([name, own]) => [own, name]));

const byOuterName = <Value>(shape: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(shape).map(([key, value]) => [outerNames.get(key) ?? key, value]));
/** `hostPreset` → `host`; names that are nobody else's stay. */
export const ownName = (outer: string): string => renamed[outer] ?? outer;
const byOwnName = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [ownName(key), value]));

/** As vLLM has them. */
const iterationBounds = [1, ...Array.from({ length: 12 }, (_, i) => 8 * 2 ** i)];

const servedSimple: ServedEngine = {
  kind: simple.kind,
  summary: simple.summary,
  knows: () => false,
  shape: simple.options.shape,
  assemble: (given, seed) => ({ core: simple.create(simple.options.parse(given), seed), facts: {} }),
};

const servedSimulated: ServedEngine = {
  kind: simulated.kind,
  summary: simulated.summary,
  knows: (model) => models.has(model),
  shape: byOuterName<z.ZodType>(hardwareEngineOptions.shape),
  assemble(given, seed) {
    // Checked here; what is left open stays open, since a calibration may fill it.
    hardwareEngineOptions.parse(byOwnName(given));
    const { options, own, provenance } = readOwnHardware(byOwnName(given) as HardwareEngineOptions);
    const iterationTokens = new Histogram(iterationBounds);
    const core = createSimulatedEngine(options, seed, {
      ...own,
      observe: ({ chunkTokens, decodeTokens }) => iterationTokens.observe(chunkTokens + decodeTokens),
    });
    const { design } = core;
    return {
      core,
      facts: {
        model: design.options.model,
        contextTokens: design.settings.maxModelLength,
        provenance: provenance ?? design.provenance,
        ...(design.prefixCaching ? { blockTokens: design.options.blockSize } : {}),
      },
      inside: {
        counters: () => core.counters(),
        resetPrefixes: () => core.resetPrefixes(),
        iterationTokens,
        cache: {
          blockTokens: design.options.blockSize,
          blocks: design.kvBlocks * design.options.pipelineParallel,
          utilization: design.options.memoryUtilization,
          prefixes: design.prefixCaching,
        },
      },
    };
  },
};

/** The engines that `metron engine` can serve; the first is the default. */
export const engines: Registry<ServedEngine> = registry('engine', [servedSimple, servedSimulated]);
