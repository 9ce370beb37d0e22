import type { Words } from '../../src/plots/words.ts';

/** A picture at one width, and how it is read with a pointer or the arrow keys. */
export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly reading?: Reading;
}

export interface Reading {
  readonly count: number;
  /** Where the reading point begins. */
  readonly start: number;
  /** Up and down move by one, as in a list. */
  readonly rows?: boolean;
  /** Up and down move by so many, as in a table. */
  readonly columns?: number;
  near(x: number, y: number): number;
  at(index: number): { readonly marks: readonly SVGElement[]; readonly words: Words };
  /** Enter, or a press. */
  open?(index: number): void;
}

/** Draws figure data at a width in pixels. */
export type Draw<Data> = (data: Data, width: number) => Drawing;
