import { px, s, unit } from '../dom.ts';
import { textWidth } from './measure.ts';
import type { Place } from './shapes.ts';

export type Anchor = 'start' | 'middle' | 'end';

export type LabelPlace = readonly [x: number, y: number, anchor: Anchor];

export interface Label {
  readonly text: string;
  /** Places to try, best first; the first that is free and inside takes it. */
  readonly at: readonly LabelPlace[];
  readonly kind?: 'axis' | 'label' | 'strong';
  readonly tone?: 'miss' | 'met';
  readonly size?: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Places labels so that none leaves the drawing or touches another: what does not fit goes. */
export class Labels {
  readonly #taken: Box[] = [];
  readonly #width: number;
  readonly #height: number;
  readonly #layer: SVGGElement;

  constructor(layer: SVGGElement, width: number, height: number) {
    this.#layer = layer;
    this.#width = width;
    this.#height = height;
  }

  /** Keeps a region free of labels. */
  reserve(left: number, top: number, right: number, bottom: number): void {
    this.#taken.push({ left, top, right, bottom });
  }

  /** The place the label found, if any. */
  add({ text, at, kind = 'label', tone, size = 12 }: Label): LabelPlace | undefined {
    const width = textWidth(text, size, kind === 'strong' ? 620 : 400);
    const height = size * unit();
    for (const place of at) {
      const [x, y, anchor] = place;
      const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
      const box = { left, right: left + width, top: y - height * 0.85, bottom: y + height * 0.25 };
      if (!this.#fits(box)) continue;
      this.#taken.push(box);
      this.#layer.append(labelText(text, x, y, anchor, kind, tone, size));
      return place;
    }
    return undefined;
  }

  #fits(box: Box): boolean {
    if (box.left < -1 || box.right > this.#width + 1 || box.top < -1 || box.bottom > this.#height + 1) return false;
    return this.#taken.every(
      (other) =>
        box.right + 3 <= other.left ||
        box.left >= other.right + 3 ||
        box.bottom <= other.top ||
        box.top >= other.bottom,
    );
  }
}

/** Pixels between the places at which a line is kept free of labels. */
const spacing = 5;

/** No label may lie across a line, as far as it is drawn. */
export function reservePath(
  labels: Labels,
  path: readonly Place[],
  isDrawn: (x: number, y: number) => boolean = () => true,
): void {
  for (const [i, [x, y]] of path.entries()) {
    const [fromX, fromY] = path[i - 1] ?? [x, y];
    const pieces = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / spacing));
    for (let piece = 1; piece <= pieces; piece++) {
      const [atX, atY] = [fromX + ((x - fromX) * piece) / pieces, fromY + ((y - fromY) * piece) / pieces];
      if (isDrawn(atX, atY)) labels.reserve(atX - 1, atY - 3, atX + 1, atY + 3);
    }
  }
}

function labelText(
  text: string,
  x: number,
  y: number,
  anchor: Anchor,
  kind: Label['kind'],
  tone: Label['tone'],
  size: number,
): SVGTextElement {
  const names = [kind === 'axis' ? 'axis' : kind, kind === 'axis' ? undefined : 'halo', tone];
  return s(
    'text',
    {
      x: px(x),
      y: px(y),
      'font-size': px(size * unit()),
      'text-anchor': anchor,
      class: names.filter(Boolean).join(' '),
    },
    text,
  );
}
