import { MetronError } from '../../core/errors.ts';
import { nearest } from '../../core/registry.ts';
import type { Datasheet } from '../cost/gpus.ts';

const fields = ['bandwidth', 'flops', 'memory'] as const;
const hint = 'write bandwidth=3.35e12,flops=989e12,memory=80 (bytes/s, dense bf16 FLOP/s, GiB), and name=… if you like';

/** `bandwidth=3.35e12,flops=989e12,memory=80`: what a GPU's datasheet says, names in any order. */
export function parseDatasheet(text: string): Datasheet {
  const values = new Map<string, string>();
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [key = '', value = ''] = part.split('=', 2).map((one) => one.trim());
    if (key !== 'name' && !fields.some((field) => field === key)) {
      const near = nearest(key, fields);
      const suggestion = near === undefined ? '' : `; did you mean ${near}?`;
      throw new MetronError('BAD_DATASHEET', `a datasheet has no "${key}"${suggestion}`, { hint });
    }
    values.set(key, value);
  }
  const read = (field: (typeof fields)[number]): number => {
    const number = Number(values.get(field) || Number.NaN);
    if (number > 0 && Number.isFinite(number)) return number;
    const problem = values.has(field) ? `${field} must be a number above 0` : `${field} is missing`;
    throw new MetronError('BAD_DATASHEET', `datasheet: ${problem}`, { hint });
  };
  const [bandwidth, flops, memoryGiB] = [read('bandwidth'), read('flops'), read('memory')];
  if (bandwidth < 1e9 || flops < 1e9) {
    throw new MetronError(
      'BAD_DATASHEET',
      'datasheet: bandwidth counts bytes/s and flops FLOP/s, not billions of them',
      {
        hint,
      },
    );
  }
  return { name: values.get('name') || 'gpu-by-datasheet', bandwidth, flops, memoryGiB };
}
