import type { OperatingPoint } from '../../analyses/capacity-probe.ts';
import type { ParetoPoint } from '../../analyses/sweep-pareto.ts';
import { plural } from '../format.ts';
import type { AnalysisPage, PageTable } from './document.ts';

/** A grid of runs as its page and the terminal show it. */
export interface SweepPageInput {
  readonly axes: readonly { readonly path: string }[];
  readonly cells: readonly SweptCell[];
  readonly pareto: readonly ParetoPoint[];
  /** Cells whose target could not be measured. */
  readonly failed?: readonly { readonly settings: SweptCell['settings']; readonly reason: string }[];
  /** Cells that an interrupted sweep has not come to. */
  readonly open?: readonly SweptCell['settings'][];
}

export interface SweptCell {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly run: string;
  readonly verdict: string;
  readonly point: OperatingPoint;
  readonly fluidShare?: number;
  readonly errorRate?: number;
  /** Why not one request was completed. */
  readonly failure?: string;
}

const untrusted = (cells: readonly SweptCell[]): readonly SweptCell[] =>
  cells.filter(({ verdict }) => verdict !== 'valid');

/** Cells that gave nothing, with the reason: their target could not be measured, or answered no request. */
export const lost = ({ cells, failed = [] }: SweepPageInput): { settings: SweptCell['settings']; reason: string }[] => [
  ...failed,
  ...cells.flatMap(({ settings, failure }) => (failure === undefined ? [] : [{ settings, reason: failure }])),
];

export function status(input: SweepPageInput): AnalysisPage['status'] {
  const { cells, open = [] } = input;
  const gone = lost(input).length;
  if (gone > 0) return { state: 'bad', label: `${plural(gone, 'cell')} failed` };
  if (open.length > 0) return { state: 'warn', label: `${plural(open.length, 'cell')} not measured yet` };
  if (cells.some(({ verdict }) => verdict === 'invalid')) return { state: 'bad', label: 'Some runs are invalid' };
  const n = untrusted(cells).length;
  if (n > 0) return { state: 'warn', label: `${plural(n, 'run')} not valid` };
  return cells.length === 0 ? { state: 'warn', label: 'No run' } : { state: 'ok', label: 'All runs valid' };
}

export function remarks(input: SweepPageInput): string[] {
  const { cells, open = [] } = input;
  return [
    ...lost(input).map((cell) => `the cell ${settingsText(cell)} failed: ${cell.reason}`),
    ...untrusted(cells).map((cell) => `the measurement at ${settingsText(cell)} is ${cell.verdict}`),
    ...(open.length === 0
      ? []
      : [`the sweep was ended before ${open.map((settings) => settingsText({ settings })).join('; ')}`]),
  ];
}

export function lostCells(input: SweepPageInput): PageTable[] {
  const rows = lost(input).map((cell) => [settingsText(cell), cell.reason]);
  return rows.length === 0
    ? []
    : [{ name: 'Cells that failed', words: 2, head: [axisNames(input.axes), 'Reason'], rows }];
}

export const axisNames = (axes: SweepPageInput['axes']): string =>
  axes.map(({ path }) => path.split('.').at(-1)).join(', ');

/** The last word of each setting's path, and its value. */
export const settingsText = ({ settings }: Pick<SweptCell, 'settings'>): string =>
  Object.entries(settings)
    .map(([path, value]) => `${path.split('.').at(-1)} ${value}`)
    .join(', ');
