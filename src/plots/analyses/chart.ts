import type { Words } from '../words.ts';

/** What the page of an analysis can draw: three kinds of picture, whatever the analysis. */
export type Chart = PlaneChart | RowsChart | HeatChart;

/** Names of the page's colours. Blue and orange are for two systems side by side alone. */
export type Tone = 'data' | 'data-2' | 'a' | 'b' | 'met' | 'miss' | 'warn';

export interface ChartAxis {
  readonly type: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  /** `share` is shown in percent; every other unit stands in the title. */
  readonly unit: 'share' | 'number';
  readonly title: string;
}

/** A measured point; its shape says what its colour says. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  readonly sign: Sign;
  readonly tone: Tone;
  readonly label?: string;
  readonly words: Words;
}

export type Sign = 'dot' | 'ring' | 'cross' | 'diamond' | 'triangle';

export interface Curve {
  readonly label?: string;
  readonly tone: Tone;
  /** A value holds until the next one. */
  readonly step?: boolean;
  /** Behind what the figure is about. */
  readonly faint?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Curves and points on two axes. */
export interface PlaneChart {
  readonly kind: 'plane';
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly curves: readonly Curve[];
  readonly marks: readonly Mark[];
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** A stretch of the horizontal axis, such as the interval of an answer. */
  readonly span?: { readonly from: number; readonly to: number; readonly label: string };
  /** Targets and named points: ink, dashed, labelled. */
  readonly lines: readonly { readonly axis: 'x' | 'y'; readonly at: number; readonly label: string }[];
  /** Where reading by arrow keys begins along curves; absent: point by point. */
  readonly readFrom?: number;
}

export interface ChartRow {
  readonly label: string;
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly sign: Sign | 'bar';
  readonly tone: Tone;
  /** What stands at the end of the row. */
  readonly text: string;
  /** A threshold on this row alone. */
  readonly limit?: number;
  readonly words: Words;
}

/** One line for each number: a dot with its interval, or a bar. */
export interface RowsChart {
  readonly kind: 'rows';
  readonly axis: ChartAxis;
  /** Nothing differs here. */
  readonly zero?: number;
  readonly groups: readonly { readonly label?: string; readonly rows: readonly ChartRow[] }[];
}

export interface HeatCell {
  readonly text: string;
  /** 0 to 1: how dark; absent: not known well enough to shade. */
  readonly level?: number;
  /** Outlined, and named in the note. */
  readonly turned?: boolean;
  readonly words: Words;
}

export interface HeatChart {
  readonly kind: 'heat';
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Row by row. */
  readonly cells: readonly (readonly HeatCell[])[];
}
