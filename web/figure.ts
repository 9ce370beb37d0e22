import { type DataTable, type Drawn, isEmpty, isSingle } from '../src/plots/figure.ts';
import type { Draw, Drawing } from './charts/drawing.ts';
import { h, wordsOf } from './dom.ts';

/** Fixed drawing width while printing, so that labels keep their size. */
let printWidth = 0;
const shown = new Map<Element, FigureView>();
const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) shown.get(target)?.resized(contentRect.width);
});

export function redrawAll(width = 0): void {
  printWidth = width;
  for (const view of shown.values()) view.draw();
}

/** A figure's place on the page: finding, picture, note, numbers. One tab stop; arrows move the reading point. */
export class FigureView {
  readonly element: HTMLElement;
  readonly #title = h('h3');
  readonly #subtitle = h('p');
  readonly #plot = h('div', { class: 'plot' });
  readonly #note = h('p', { class: 'note' });
  readonly #table = h('div', { class: 'scroll', tabindex: 0, role: 'region' });
  readonly #details: HTMLDetailsElement;
  #render: ((width: number) => Drawing) | undefined;
  #drawing: Drawing | undefined;
  #noteText = '';
  #index = -1;
  #width = 0;

  constructor(id: string, controls?: HTMLElement) {
    this.#details = h('details', { class: 'data' }, h('summary', {}, 'Data as a table'), this.#table);
    this.element = h(
      'figure',
      { id },
      h('figcaption', {}, this.#title, this.#subtitle),
      ...(controls ? [controls] : []),
      this.#plot,
      this.#note,
      this.#details,
    );
    this.#listen();
    shown.set(this.#plot, this);
    observer.observe(this.#plot);
  }

  show<Data>(figure: Drawn<Data>, draw: Draw<Data>): void {
    this.#title.textContent = figure.title;
    this.#subtitle.textContent = figure.subtitle;
    this.#plot.classList.toggle('empty', isEmpty(figure));
    this.#plot.classList.toggle('single', isSingle(figure));
    if (isEmpty(figure) || isSingle(figure)) {
      this.#say(isEmpty(figure) ? figure.empty : figure.single);
      return;
    }
    this.#details.hidden = false;
    this.#noteText = figure.note;
    this.#note.textContent = this.#noteText;
    this.#render = (width) => draw(figure.data, width);
    this.#plot.setAttribute('tabindex', '0');
    this.#plot.setAttribute('role', 'img');
    this.#plot.setAttribute('aria-label', figure.alt);
    this.#table.setAttribute('aria-label', `Data: ${figure.title}`);
    this.#fillTable(figure.table);
    this.draw();
  }

  /** A sentence in the picture's place. */
  #say(sentence: string): void {
    this.#details.hidden = true;
    this.#noteText = '';
    this.#note.textContent = '';
    this.#render = undefined;
    this.#plot.replaceChildren(h('p', {}, sentence));
    for (const name of ['tabindex', 'role', 'aria-label']) this.#plot.removeAttribute(name);
  }

  resized(width: number): void {
    if (printWidth === 0 && Math.abs(width - this.#width) > 0.5) this.draw();
  }

  draw(): void {
    const width = printWidth || this.#plot.clientWidth;
    if (width === 0 || this.#render === undefined) return;
    this.#width = width;
    this.#index = -1;
    this.#drawing = this.#render(width);
    this.#plot.replaceChildren(this.#drawing.svg);
  }

  #fillTable(table: DataTable): void {
    const fill = (): void => this.#table.replaceChildren(tableOf(table));
    this.#details.ontoggle = () => {
      if (this.#details.open) fill();
    };
    if (this.#details.open) fill();
  }

  #listen(): void {
    this.#plot.addEventListener('pointermove', (event) => {
      const box = this.#plot.getBoundingClientRect();
      const reading = this.#drawing?.reading;
      if (reading) this.#read(reading.near(event.clientX - box.left, event.clientY - box.top));
    });
    this.#plot.addEventListener('pointerleave', () => this.#leave());
    this.#plot.addEventListener('blur', () => this.#leave());
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    const reading = this.#drawing?.reading;
    if (!reading) return;
    const down = reading.columns ?? (reading.rows ? 1 : -5);
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: down,
      ArrowUp: -down,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      this.#read(this.#index < 0 ? reading.start : this.#index + move);
    } else if (event.key === 'Escape') this.#leave();
    else if (event.key === 'Enter' && this.#index >= 0) reading.open?.(this.#index);
  }

  #read(index: number): void {
    const reading = this.#drawing?.reading;
    if (!reading || reading.count === 0 || Number.isNaN(index)) return;
    this.#index = Math.max(0, Math.min(reading.count - 1, index));
    const { marks, words } = reading.at(this.#index);
    this.#plot.querySelector('.reading')?.replaceChildren(...marks);
    this.#note.replaceChildren(...wordsOf(words));
    this.#note.classList.add('live');
    this.#note.setAttribute('aria-live', 'polite');
  }

  #leave(): void {
    if (this.#index < 0) return;
    this.#index = -1;
    this.#plot.querySelector('.reading')?.replaceChildren();
    this.#note.textContent = this.#noteText;
    this.#note.classList.remove('live');
    this.#note.removeAttribute('aria-live');
  }
}

const tableOf = ({ head, rows }: DataTable): HTMLTableElement =>
  h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { scope: 'col' }, text)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((text) => h('td', {}, text))))),
  );
