import { relative } from 'node:path';
import type { SteadySummary } from '../analyses/steady-score.ts';
import type { EndReason, Manifest } from '../core/manifest.ts';
import type { Summary } from '../metrics/index.ts';
import { renderCsv } from '../outputs/csv.ts';
import { steadyStateLines } from '../outputs/terminal/steady-state.ts';
import { renderTerminal } from '../outputs/terminal/terminal.ts';
import { answer, notesBeside } from '../plots/answer.ts';
import { number } from '../plots/format.ts';
import { stampsLine } from '../plots/stamps-line.ts';
import { plain } from '../plots/words.ts';
import { screen } from './screen.ts';

export interface Presentation {
  readonly manifest: Manifest | undefined;
  readonly summary: SteadySummary;
  readonly files: readonly (readonly [string, string])[];
  readonly how: { readonly json: boolean; readonly csv: boolean };
  /** JSON only: what stands beside the summary. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Prints a result the way it was asked for: for people, for machines, or as a table. */
export function present({ manifest, summary, files, how, facts }: Presentation): void {
  if (how.json) {
    console.log(JSON.stringify({ ...facts, certificate: manifest?.certificate, summary }, null, 2));
    return;
  }
  if (how.csv) {
    process.stdout.write(renderCsv(summary));
    return;
  }
  const certificate = manifest?.certificate;
  const said = answer(summary, certificate);
  const { sentence, why } = said;
  const stamps = stampsLine(certificate?.evidence, ' ');
  process.stdout.write(
    renderTerminal({
      title: titleOf(manifest),
      verdict: certificate ?? { verdict: 'suspect', reasons: ['the run was cut before it could judge its instrument'] },
      ...(stamps !== undefined && { stamps }),
      summary: { ...summary, notes: notesBeside(said, summary.notes) },
      answer: sentence,
      // The reasons of an invalid run stand above the answer already.
      why: certificate?.verdict === 'invalid' ? why.slice(-1).map(plain) : why.map(plain),
      load: loadOf(manifest, summary),
      steady: steadyStateLines(summary, screen()),
      files: files.map(([label, path]) => [label, relative('', path) || path]),
      ...screen(),
    }),
  );
}

function titleOf(manifest: Manifest | undefined): string {
  if (!manifest) return 'metron';
  const { name, repeat } = manifest.run;
  const turn = repeat ? ` (run ${repeat.index} of ${repeat.of})` : '';
  const where = manifest.simulated ? 'simulated in virtual time' : manifest.target.url;
  return `metron · ${name}${turn} · ${where}`;
}

/** Who ended a run, where it was no limit of the plan. */
const endWords: Partial<Record<EndReason, string>> = {
  user: 'the user',
  'recorder-behind': 'this machine, which could not record as fast as tokens came',
};

function loadOf(manifest: Manifest | undefined, { load }: Summary): string {
  const model = manifest?.disclosure.loadModel.value ?? 'load';
  const offered = load.offered_per_s === undefined ? '' : `, offered ${number(load.offered_per_s)}/s`;
  const { endedBy = 'schedule' } = manifest ?? {};
  const early = endedBy === 'schedule' ? '' : `, ended early by ${endWords[endedBy] ?? `--${endedBy}`}`;
  return `${String(model).replace(/^./, (letter) => letter.toUpperCase())}${offered}${early}`;
}
