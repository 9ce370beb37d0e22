import type { DataTable, Drawn } from '../figure.ts';
import type { HeadlineNumber } from '../headline-numbers.ts';
import type { Words } from '../words.ts';
import type { Chart } from './chart.ts';

/** The page of one analysis, whichever it is: what it found, the pictures, the numbers. */
export interface AnalysisPage {
  readonly schema: 'metron.analysis-page/1';
  /** Kind, date, size: one short line. */
  readonly eyebrow: readonly string[];
  readonly name: string;
  readonly status: { readonly state: 'ok' | 'warn' | 'bad'; readonly label: string };
  /** What a reader must know before any number, one sentence each. */
  readonly remarks: readonly string[];
  readonly answer: string;
  readonly why: readonly Words[];
  readonly headline: readonly HeadlineNumber[];
  readonly sections: readonly PageSection[];
  /** The file that holds the numbers of this page, and the command that makes it again. */
  readonly source: { readonly file?: string; readonly command: string };
}

export interface PageSection {
  readonly id: string;
  /** In the contents. */
  readonly short: string;
  readonly title: string;
  readonly lead?: string;
  readonly figures?: readonly PageFigure[];
  readonly tables?: readonly PageTable[];
}

export interface PageFigure {
  readonly id: string;
  /** The whole width of the page. */
  readonly wide?: boolean;
  readonly drawn: Drawn<Chart>;
}

/** The first column names the row; `words` columns, from the left, hold text. */
export interface PageTable extends DataTable {
  readonly name: string;
  readonly words: number;
}
