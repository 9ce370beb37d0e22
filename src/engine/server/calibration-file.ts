import { z } from 'zod';
import { MetronError } from '../../core/errors.ts';
import type { Datasheet } from '../cost/gpus.ts';
import type { ModelShape } from '../cost/models.ts';
import { engineOptions } from '../engine-options.ts';

const positive = z.number().positive();

const modelShape = z.object({
  kind: z.string(),
  label: z.string(),
  aliases: z.array(z.string()),
  layers: positive,
  hidden: positive,
  queryHeads: positive,
  kvHeads: positive,
  headSize: positive,
  ffn: positive,
  vocabulary: positive,
  context: positive,
  experts: z.object({ count: positive, active: positive }).optional(),
});

const calibrationFile = z.object({
  calibration: z.literal(1),
  /** Where it was measured. */
  server: z.object({ url: z.string(), model: z.string() }),
  /** What was measured, seconds and tokens. */
  probes: z.object({
    single: z.object({ seconds: positive, context: positive }),
    batch: z.object({ seconds: positive, context: positive, streams: z.number().min(2) }),
    prefill: z.object({ seconds: positive, tokens: positive }),
    frontend: z.object({ seconds: z.number().nonnegative() }),
  }),
  /** Options of an engine as fast as the server. */
  engine: engineOptions.partial(),
  /** Hardware that is in no catalogue. */
  own: z.object({
    model: modelShape.optional(),
    datasheet: z.object({ name: z.string(), bandwidth: positive, flops: positive, memoryGiB: positive }).optional(),
  }),
});

type Checked = z.output<typeof calibrationFile>;

/** What three live probes tell about a server, as it is kept in a file. */
export interface CalibrationFile extends Omit<Checked, 'engine' | 'own'> {
  readonly engine: Partial<z.input<typeof engineOptions>>;
  readonly own: { readonly model?: ModelShape; readonly datasheet?: Datasheet };
}

export function parseCalibration(text: string): CalibrationFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MetronError('BAD_CALIBRATION', 'the calibration is not JSON', { hint: 'check --calibration', cause });
  }
  const result = calibrationFile.safeParse(json);
  // Defaults of the schema would hide what the user's own options leave open.
  if (result.success) return json as CalibrationFile;
  const hint = 'metron engine --calibrate URL --calibrate-model NAME --calibration-out FILE makes one';
  if (!Object.hasOwn(Object(json), 'calibration')) {
    throw new MetronError('BAD_CALIBRATION', 'the file given as --calibration is no calibration', { hint });
  }
  const [first] = result.error.issues;
  const problem = `the calibration has a wrong ${first?.path.join('.')}: ${first?.message}`;
  throw new MetronError('BAD_CALIBRATION', problem, { hint });
}
