/** One picture: what it says, what it shows, what it rests on. Drawing is the page's business. */
export interface Figure<Data> {
  /** The finding, computed from the data; it holds for this run. */
  readonly title: string;
  /** What is drawn. */
  readonly subtitle: string;
  /** n, policy, interval. */
  readonly note: string;
  /** For those who cannot see the picture. */
  readonly alt: string;
  readonly table: DataTable;
  readonly data: Data;
}

/** A figure that has nothing to draw says why, in the same box. */
export interface EmptyFigure {
  readonly title: string;
  readonly subtitle: string;
  readonly empty: string;
}

/** A figure whose data are one value, which a sentence says better. */
export interface SingleFigure {
  readonly title: string;
  readonly subtitle: string;
  readonly single: string;
}

export type Drawn<Data> = Figure<Data> | EmptyFigure | SingleFigure;

export interface DataTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const isEmpty = <Data>(figure: Drawn<Data>): figure is EmptyFigure => 'empty' in figure;
export const isDrawn = <Data>(figure: Drawn<Data>): figure is Figure<Data> => 'data' in figure;
export const isSingle = <Data>(figure: Drawn<Data>): figure is SingleFigure => 'single' in figure;
