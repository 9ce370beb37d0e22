import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { Note } from '../../src/metrics/summary.ts';
import { chosen } from '../../src/plots/format.ts';
import type { Gauge, HeadlineNumber } from '../../src/plots/headline-numbers.ts';
import type { ReportModel } from '../../src/plots/report-model.ts';
import { sentence } from '../../src/plots/words.ts';
import { linear } from '../charts/scales.ts';
import { h, px, s, wordsOf } from '../dom.ts';
import { chip, icon } from '../icons.ts';

/** The first screen: can I trust it, is it fluid, by how much. */
export class Header {
  readonly element: HTMLElement;
  readonly #body = h('div');
  readonly #rescored = h('p', { class: 'unseen', role: 'status' });

  /** `choose` is called with another decode deadline, nanoseconds. */
  constructor(model: ReportModel, deadlines: readonly number[], choose: (deadline: number) => void) {
    const control = deadlineControl(model.policy.decodeDeadline, deadlines, choose);
    this.element = h(
      'header',
      { class: 'run' },
      h(
        'div',
        { class: 'head-row' },
        h(
          'div',
          {},
          h('p', { class: 'eyebrow' }, ...model.eyebrow.map((text) => h('span', {}, text))),
          h('h1', {}, model.name),
        ),
        control,
      ),
      h(
        'div',
        { class: 'verdict' },
        h('div', {}, chip(model.trust.verdict, model.trust.label, '#trust')),
        h('ul', {}, ...model.trust.reasons.map((reason) => h('li', {}, reason))),
      ),
      this.#body,
      this.#rescored,
    );
    this.show(model);
  }

  show(model: ReportModel, rescored?: string): void {
    const { answer, headline, notes } = model;
    const why = h('p', { class: 'why' });
    why.append(...answer.why.flatMap((words, i) => (i > 0 ? [' ', ...wordsOf(words)] : wordsOf(words))));
    this.#body.replaceChildren(
      h(
        'div',
        { class: 'say' },
        h('p', { class: answer.sentence.length > 75 ? 'answer long' : 'answer' }, answer.sentence),
        why,
      ),
      h('dl', { class: 'heads' }, ...headline.map(headNumber)),
      noteList([
        ...(rescored === undefined ? [] : [{ level: 'info', code: 'rescored', text: rescored } as const]),
        ...notes,
      ]),
    );
    this.#rescored.textContent = rescored === undefined ? '' : `${rescored} ${answer.sentence}`;
  }
}

function deadlineControl(own: number, deadlines: readonly number[], choose: (deadline: number) => void): HTMLElement {
  const control = h(
    'fieldset',
    { class: 'segments' },
    h('legend', {}, 'Decode deadline used for scoring'),
    ...deadlines.map((deadline) => {
      const text = chosen(deadline / nanosecondsPerMillisecond);
      return h(
        'label',
        {},
        h('input', { type: 'radio', name: 'deadline', value: deadline, checked: deadline === own }),
        h('span', {}, text),
      );
    }),
  );
  control.addEventListener('change', (event) => choose(Number((event.target as HTMLInputElement).value)));
  return h(
    'div',
    { class: 'deadline-control' },
    h('span', { class: 'control-label', 'aria-hidden': true }, 'Decode deadline'),
    control,
  );
}

export function headNumber({ label, value, unit, lines, gauge }: HeadlineNumber): HTMLElement {
  const rows = lines.flatMap((line, i) => (i === 0 ? [line] : [h('br'), line]));
  return h(
    'div',
    { class: 'head' },
    h('dt', {}, label),
    h('dd', { class: 'value' }, value, unit !== undefined && ' ', unit !== undefined && h('small', {}, unit)),
    h('dd', { class: 'lines' }, ...rows),
    gauge && h('dd', { class: 'gauge-line' }, gaugeLine(gauge)),
  );
}

/** Dot: measured; bar: interval; upright: target. */
function gaugeLine({ domain: [from, to], value, low, high, target, met }: Gauge): SVGSVGElement {
  const width = 180;
  const x = linear(from, to, 5, width - 5);
  const at = (each: number): string => px(x(Math.max(from, Math.min(to, each))));
  return s(
    'svg',
    {
      viewBox: `0 0 ${width} 14`,
      height: 14,
      preserveAspectRatio: 'none',
      style: `max-width:${width}px`,
      'aria-hidden': true,
    },
    s('line', { x1: 5, x2: width - 5, y1: 7, y2: 7, stroke: 'var(--rule)', 'stroke-width': 2 }),
    s('line', { x1: at(low ?? from), x2: at(high ?? to), y1: 7, y2: 7, stroke: 'var(--data-2)', 'stroke-width': 6 }),
    s('line', { x1: at(target), x2: at(target), y1: 0, y2: 14, stroke: 'var(--ink)', 'stroke-width': 1.75 }),
    s('circle', {
      cx: at(value),
      cy: 7,
      r: 4,
      fill: `var(--${met ? 'met' : 'miss'})`,
      stroke: 'var(--paper)',
      'stroke-width': 1.25,
    }),
  );
}

const signs = { info: 'none', warn: 'warn', fail: 'bad' } as const;

function noteList(notes: readonly Note[]): HTMLElement | string {
  if (notes.length === 0) return '';
  return h(
    'ul',
    { class: 'notes' },
    ...notes.map(({ level, text }) =>
      h('li', {}, h('span', { class: `state ${signs[level]}` }, icon(signs[level])), sentence(text)),
    ),
  );
}
