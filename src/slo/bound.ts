import { MetronError } from '../core/errors.ts';

/** A bound in the unit of its metric, and how it was written. */
export interface Bound {
  readonly value: number;
  readonly unit: string;
}

/** How many of a metric's unit one of the written unit is. */
const factors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ms: { us: 1e-3, ms: 1, s: 1000, min: 60_000 },
  s: { ms: 1e-3, s: 1, min: 60 },
  share: { '': 1, '%': 0.01 },
  ratio: { '': 1, '%': 0.01 },
};

export function parseBound(written: string, unit: string, text: string): Bound {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?|\.\d+)(.*)$/.exec(written) ?? [];
  const known = factors[unit] ?? { '': 1, [unit]: 1 };
  const factor = known[suffix];
  if (digits === undefined || factor === undefined) {
    const units = Object.keys(known).filter((each) => each !== '');
    throw new MetronError('SLO_INVALID', `"${text}": "${written}" is no bound in ${unit}`, {
      hint: units.length > 0 ? `give a number with ${units.join(', ')}` : 'give a number',
    });
  }
  return { value: Number((Number(digits) * factor).toPrecision(15)), unit };
}

/** Round numbers stay as people write them: 1s, 300ms, 0.9. */
export function boundText({ value, unit }: Bound): string {
  if (unit === 'ms') return value >= 1000 && Number.isInteger(value / 100) ? `${value / 1000}s` : `${value}ms`;
  return unit === 's' ? `${value}s` : String(value);
}

/** `99%` or `0.99` as a share in (0, 1]. */
export function parseShare(written: string, text: string): number {
  const [, digits, percent] = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(written) ?? [];
  const value = digits === undefined ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1);
  if (value > 0 && value < 1) return value;
  throw new MetronError('SLO_INVALID', `"${text}": "${written.trim()}" is no share of requests`, {
    hint: 'write a share between 0 and 100% such as @ 99%; no sample can show that all requests pass',
  });
}

/** 0.99 as 99%. */
export const shareText = (share: number): string => `${Number((share * 100).toPrecision(12))}%`;
