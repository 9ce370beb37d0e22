import { basename, dirname, join, relative } from 'node:path';
import type { RankingFlip } from '../analyses/capacity-surface.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import { renderAnalysis } from '../outputs/html.ts';
import { table, wrap } from '../outputs/terminal/layout.ts';
import { surfacePage } from '../plots/analyses/surface-page.ts';
import { chosen, number } from '../plots/format.ts';
import { RunFolder } from '../recording/run-folder.ts';
import { searchInput } from '../run/compare-inputs.ts';
import { type RescoredFolders, rescore, rescoreDefaults } from '../run/rescore.ts';
import type { Flags } from './verb.ts';

/** Capacity as a surface over deadlines, one table for each search, and where their order turns. */
export async function rescoreFolders(folders: readonly string[], flags: Flags, json: boolean): Promise<ExitCode> {
  const result = await rescore(folders, {
    decodeDeadlines_ms: listOf('--decode-deadline', flags.decodeDeadline) ?? rescoreDefaults.decodeDeadlines_ms,
    firstTokens_ms: listOf('--slack', flags.slack ?? flags.prefillDeadline) ?? rescoreDefaults.firstTokens_ms,
  });
  const page = await writePage(result, folders, typeof flags.html === 'string' ? flags.html : undefined);
  if (json) console.log(JSON.stringify({ page, ...result }, null, 2));
  else console.log([...describe(result), '', `page  ${relative('', page) || page}`].join('\n'));
  return exitCodes.ok;
}

/** Beside the first of the searches, unless a file is named. */
function writePage(result: RescoredFolders, folders: readonly string[], html: string | undefined): Promise<string> {
  const path = html ?? join(searchInput(folders[0] ?? '').folder, 'surface.html');
  const command = `metron capacity ${folders.map((folder) => `--rescore ${folder}`).join(' ')}`;
  return new RunFolder(dirname(path)).writeReport(renderAnalysis(surfacePage(result, command)), basename(path));
}

function describe({ objective, unit, surfaces, flips, warnings }: RescoredFolders): string[] {
  const tables = surfaces.flatMap(({ folder, cells }) => {
    const rows = [...new Set(cells.map(({ decodeDeadline_ms }) => decodeDeadline_ms))];
    const columns = [...new Set(cells.map(({ firstToken_ms }) => firstToken_ms))];
    return [
      '',
      folder,
      ...table(
        [
          { title: 'D_d', align: 'right' },
          ...columns.map((column) => ({ title: `first token ${chosen(column, ' ')}`, align: 'right' as const })),
        ],
        rows.map((row) => [
          chosen(row, ' '),
          ...columns.map((column) => {
            const cell = cells.find((each) => each.decodeDeadline_ms === row && each.firstToken_ms === column);
            return cell?.estimate !== undefined ? number(cell.estimate) : beyond(cell?.lower, cell?.upper);
          }),
        ]),
      ),
    ];
  });
  return [
    ...wrap(
      `Capacity by deadlines${unit === undefined ? '' : `, ${unit}`}; objective ${objective.join(', ')}; no new load was made`,
      80,
      2,
    ),
    ...tables,
    '',
    ...warnings.flatMap((text) => wrap(`! ${text}`, 80, 2)),
    ...(flips.length === 0 && surfaces.length > 1 ? ['No choice of deadlines turns the order of these systems.'] : []),
    ...flips.flatMap((flip) => wrap(flipText(flip), 80, 2)),
  ];
}

const flipText = ({ decodeDeadline_ms, firstToken_ms, ahead, behind, sure }: RankingFlip): string =>
  `! at D_d ${chosen(decodeDeadline_ms, ' ')}, first token ${chosen(firstToken_ms, ' ')}: ${ahead} is ahead of ${behind}, elsewhere mostly behind it${sure ? '' : '; by estimates alone, their bounds overlap'}`;

/** All loads that were looked at pass, or all fail. */
const beyond = (lower: number | undefined, upper: number | undefined): string =>
  lower !== undefined && upper === undefined ? `≥ ${number(lower)}` : upper !== undefined ? `< ${number(upper)}` : '?';

/** `25,50ms,1s` as milliseconds. */
function listOf(name: string, value: unknown): number[] | undefined {
  if (value === undefined) return undefined;
  return String(value)
    .split(',')
    .map((text) => {
      const [, digits, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*$/.exec(text) ?? [];
      if (digits === undefined) {
        throw new MetronError('FLAG_INVALID', `${name}: expected durations such as 25ms,50ms,1s, got "${text}"`);
      }
      return Number(digits) * (unit === 's' ? 1000 : 1);
    });
}
