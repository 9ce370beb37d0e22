import { lost, type SweepPageInput, settingsText } from '../../plots/analyses/sweep-cells.ts';
import { duration, number, plural, share } from '../../plots/format.ts';
import { type Dress, dressFor, table, wrap } from './layout.ts';

/** Every cell of a grid, those that failed with their reason, and where it all lies. */
export function renderSweep(
  input: SweepPageInput,
  folder: string,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const { open = [], cells } = input;
  const dress = dressFor(color);
  const failed = lost(input).flatMap((cell) =>
    wrap(`${dress.missed('×')} ${settingsText(cell)} failed: ${cell.reason}`.replaceAll(/\s+/g, ' '), width, 2),
  );
  const left =
    open.length === 0 ? [] : wrap(`${dress.suspect('!')} ${plural(open.length, 'cell')} not measured yet`, width, 2);
  const again = failed.length + left.length === 0 ? [] : [`again   metron sweep --resume ${folder}`];
  const blocks = [
    cells.length === 0 ? [] : grid(input, dress),
    [...failed, ...left],
    cells.length === 0
      ? []
      : wrap(
          '◆ no other cell is better for the reader (tokens/s of one answer) and for the system (tokens/s of all)',
          width,
          2,
        ),
    [`page    ${folder}/sweep.html`, `result  ${folder}/sweep.json`, `runs    ${folder}/cells`, ...again],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function grid({ axes, cells, pareto }: SweepPageInput, dress: Dress): string[] {
  const front = new Set(pareto.map(({ cell }) => cell));
  const right = (title: string) => ({ title, align: 'right' as const });
  return table(
    [
      ...axes.map(({ path }) => right(path.split('.').at(-1) ?? path)),
      right('done/s'),
      right('tok/s'),
      right('per reader'),
      right('TTFT P50'),
      right('P99'),
      right('fluid'),
      right('errors'),
      { title: '', align: 'left' },
    ],
    cells.map(({ settings, point, fluidShare, errorRate, verdict }, i) => [
      ...axes.map(({ path }) => String(settings[path])),
      number(point.completed_per_s),
      number(point.outputTokens_per_s),
      number(point.tpotP50_ms === undefined ? undefined : 1000 / point.tpotP50_ms),
      duration(point.ttftP50_ms, ' '),
      duration(point.ttftP99_ms, ' '),
      share(fluidShare),
      share(errorRate),
      `${front.has(i) ? '◆' : ''}${verdict === 'valid' ? '' : ` ${dress.suspect(verdict)}`}`,
    ]),
  );
}
