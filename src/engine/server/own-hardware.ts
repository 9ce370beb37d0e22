import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { MetronError } from '../../core/errors.ts';
import { type GpuProfile, gpuFromDatasheet, type Provenance } from '../cost/gpus.ts';
import { modelFromConfig } from '../cost/model-config.ts';
import type { ModelShape } from '../cost/models.ts';
import type { OwnHardware } from '../engine-design.ts';
import { type EngineOptions, engineOptions } from '../engine-options.ts';
import { type CalibrationFile, parseCalibration } from './calibration-file.ts';
import { parseDatasheet } from './datasheet.ts';

/** Ways to describe an engine that is in no catalogue, beside the options of every simulated engine. */
export const hardwareEngineOptions = engineOptions.extend({
  modelConfig: z.string().min(1).optional().describe("the model's own config.json, in place of a name"),
  datasheet: z
    .string()
    .min(1)
    .optional()
    .describe('GPU by its datasheet: bandwidth=3.35e12,flops=989e12,memory=80 (bytes/s, dense bf16 FLOP/s, GiB)'),
  calibration: z.string().min(1).optional().describe('what --calibrate found out about a server'),
});

export type HardwareEngineOptions = z.input<typeof hardwareEngineOptions>;

/** An engine with its files read. */
export interface HardwareEngine {
  readonly options: EngineOptions;
  readonly own: OwnHardware;
  /** How well its speed is known, where files say so. */
  readonly provenance?: Provenance;
}

/** Reads the files that options name. What is given beside a calibration overrides it. */
export function readOwnHardware(given: HardwareEngineOptions): HardwareEngine {
  const { modelConfig, datasheet, calibration, ...options } = given;
  const found = calibration === undefined ? undefined : parseCalibration(readText(calibration, 'calibration'));
  const model = modelConfig === undefined ? ownModel(found, options) : readModel(modelConfig);
  const gpu = datasheet === undefined ? ownGpu(found, options) : gpuFromDatasheet(parseDatasheet(datasheet));
  return {
    options: {
      ...found?.engine,
      ...options,
      ...(model && { model: model.kind }),
      ...(gpu && { gpu: gpu.kind }),
    },
    own: { ...(model && { model }), ...(gpu && { gpu }) },
    ...(found ? { provenance: 'calibrated' as const } : gpu ? { provenance: gpu.provenance } : {}),
  };
}

const ownModel = (found: CalibrationFile | undefined, options: EngineOptions): ModelShape | undefined =>
  options.model === undefined ? found?.own.model : undefined;

const ownGpu = (found: CalibrationFile | undefined, options: EngineOptions): GpuProfile | undefined =>
  options.gpu === undefined && found?.own.datasheet ? gpuFromDatasheet(found.own.datasheet) : undefined;

/** Named after its folder, as model hubs lay files out, or after the file itself. */
function readModel(path: string): ModelShape {
  const text = readText(path, 'model-config');
  const full = resolve(path);
  const name = basename(full) === 'config.json' ? basename(dirname(full)) : basename(full).replace(/\.json$/, '');
  return modelFromConfig(name, parseJson(text, path));
}

function readText(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MetronError('FILE_UNREADABLE', `cannot read ${path}: ${reason}`, { hint: `check --${flag}`, cause });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MetronError('BAD_MODEL_CONFIG', `${path} is not JSON`, { hint: 'check --model-config', cause });
  }
}
