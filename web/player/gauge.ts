import { freshId, hatch } from '../charts/pattern.ts';
import type { Scale } from '../charts/scales.ts';
import { px, s, unit } from '../dom.ts';

/** Time in hand now, as a column on the same vertical scale as the plot beside it. */
export class Gauge {
  readonly element: SVGSVGElement;
  readonly #y: Scale;
  readonly #up: SVGRectElement;
  readonly #down: SVGRectElement;
  readonly #number: SVGTextElement;
  readonly #unit: SVGTextElement;
  readonly #ends: { readonly top: number; readonly bottom: number };

  constructor(y: Scale, ends: { top: number; bottom: number }, width: number, height: number) {
    const k = unit();
    this.#y = y;
    this.#ends = ends;
    const [bar, left] = [16 * k, width - 20 * k];
    const id = freshId('gauge');
    const zero = px(y(0));
    this.#up = s('rect', { x: px(left), width: px(bar), fill: 'var(--met)' });
    this.#down = s('rect', { x: px(left), width: px(bar), fill: `url(#${id})`, stroke: 'var(--miss)' });
    const text = (name: string, size: number): SVGTextElement =>
      s('text', { class: name, 'font-size': px(size * k), 'text-anchor': 'end', x: px(left - 7 * k) });
    this.#number = text('strong', 13);
    this.#unit = text('', 11.5);
    this.element = s(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true },
      s('defs', {}, hatch(id, 5)),
      s('rect', {
        x: px(left),
        y: px(ends.top),
        width: px(bar),
        height: px(ends.bottom - ends.top),
        rx: 2,
        fill: 'var(--wash)',
      }),
      this.#up,
      this.#down,
      s('line', { x1: px(left - 5 * k), x2: width, y1: zero, y2: zero, stroke: 'var(--ink)', 'stroke-width': 1.5 }),
      this.#number,
      this.#unit,
    );
  }

  /** Milliseconds in hand. */
  seek(hand: number, ended: boolean): void {
    const k = unit();
    const zero = this.#y(0);
    const now = Math.max(this.#ends.top, Math.min(this.#ends.bottom, this.#y(hand)));
    this.#up.setAttribute('y', px(Math.min(zero, now)));
    this.#up.setAttribute('height', px(Math.max(0, zero - now)));
    this.#down.setAttribute('y', px(zero));
    this.#down.setAttribute('height', px(Math.max(0, now - zero)));
    const beside = hand < 0 ? Math.max(zero + 16 * k, now) : Math.min(zero - 18 * k, now + 10 * k);
    const y = Math.max(this.#ends.top + 10 * k, Math.min(this.#ends.bottom - 16 * k, beside));
    this.#number.setAttribute('y', px(y));
    this.#unit.setAttribute('y', px(y + 14 * k));
    this.#number.setAttribute('class', `strong ${hand < 0 ? 'miss' : 'met'}`);
    this.#number.textContent = ended ? '' : `${hand < 0 ? '−' : ''}${(Math.abs(hand) / 1000).toFixed(2)}`;
    this.#unit.textContent = ended ? '' : hand < 0 ? 's late' : 's left';
  }
}
