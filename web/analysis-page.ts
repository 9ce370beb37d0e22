import type { Chart } from '../src/plots/analyses/chart.ts';
import type { AnalysisPage, PageSection, PageTable } from '../src/plots/analyses/document.ts';
import { sentence } from '../src/plots/words.ts';
import type { Drawing } from './charts/drawing.ts';
import { drawHeat } from './charts/heat.ts';
import { drawPlane } from './charts/plane.ts';
import { drawRows } from './charts/rows.ts';
import { h, wordsOf } from './dom.ts';
import { FigureView, redrawAll } from './figure.ts';
import { chip } from './icons.ts';
import { headNumber } from './sections/header.ts';
import { followScroll, section, topBar } from './sections/page.ts';

/** Width a printed page draws at, so that type keeps its size on A4. */
const printWidth = 690;

/** The page of an analysis: what it found, then its pictures and numbers. */
export function mountAnalysis(page: AnalysisPage, host: HTMLElement): void {
  const views: (() => void)[] = [];
  const sections = page.sections.map((each) => sectionOf(each, views));
  host.append(
    h('a', { class: 'skip', href: '#main' }, 'Skip to the result'),
    topBar(page.sections.map(({ id, short }) => [id, short] as const)),
    h('main', { id: 'main' }, h('div', { class: 'wrap', id: 'top' }, header(page)), ...sections),
    footer(page),
  );
  for (const show of views) show();
  followScroll();
  addEventListener('beforeprint', () => redrawAll(printWidth));
  addEventListener('afterprint', () => redrawAll(0));
}

const states = { ok: 'valid', warn: 'suspect', bad: 'invalid' } as const;

function header({ eyebrow, name, status, remarks, answer, why, headline }: AnalysisPage): HTMLElement {
  return h(
    'header',
    { class: 'run' },
    h('p', { class: 'eyebrow' }, ...eyebrow.map((text) => h('span', {}, text))),
    h('h1', {}, name),
    h(
      'div',
      { class: 'verdict' },
      h('div', {}, chip(states[status.state], status.label)),
      h('ul', {}, ...remarks.map((text) => h('li', {}, sentence(text)))),
    ),
    h(
      'div',
      { class: 'say' },
      h('p', { class: answer.length > 75 ? 'answer long' : 'answer' }, answer),
      h('p', { class: 'why' }, ...why.flatMap((words, i) => (i > 0 ? [' ', ...wordsOf(words)] : wordsOf(words)))),
    ),
    headline.length > 0 && h('dl', { class: 'heads' }, ...headline.map(headNumber)),
  );
}

function sectionOf({ id, title, lead, figures = [], tables = [] }: PageSection, views: (() => void)[]): HTMLElement {
  const placed = (wide: boolean): HTMLElement[] =>
    figures
      .filter((figure) => (figure.wide === true) === wide)
      .map((figure) => {
        const view = new FigureView(figure.id);
        views.push(() => view.show<Chart>(figure.drawn, draw));
        return view.element;
      });
  const narrow = placed(false);
  return section(
    id,
    title,
    lead !== undefined && h('p', { class: 'lead' }, lead),
    ...placed(true).map((figure) => h('div', { class: 'full' }, figure)),
    narrow.length > 0 && h('div', { class: narrow.length > 2 ? 'grid three' : 'grid' }, ...narrow),
    ...tables.flatMap((table) => [tables.length > 1 && h('h3', { class: 'table-name' }, table.name), tableOf(table)]),
  );
}

function draw(chart: Chart, width: number): Drawing {
  switch (chart.kind) {
    case 'plane':
      return drawPlane(chart, width);
    case 'rows':
      return drawRows(chart, width);
    case 'heat':
      return drawHeat(chart, width);
    default:
      return chart satisfies never;
  }
}

function tableOf({ name, head, rows, words }: PageTable): HTMLElement {
  const kind = (i: number): string | undefined => (i > 0 && i < words ? 'left' : undefined);
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, name),
      h('thead', {}, h('tr', {}, ...head.map((text, i) => h('th', { scope: 'col', class: kind(i) }, text)))),
      h(
        'tbody',
        {},
        ...rows.map((row) =>
          h(
            'tr',
            {},
            ...row.map((text, i) => (i === 0 ? h('th', { scope: 'row' }, text) : h('td', { class: kind(i) }, text))),
          ),
        ),
      ),
    ),
  );
}

const footer = ({ source }: AnalysisPage): HTMLElement =>
  h(
    'footer',
    {},
    h(
      'div',
      { class: 'wrap' },
      h(
        'p',
        {},
        'Made by metron',
        ...(source.file === undefined ? [] : ['; the numbers are in ', h('code', {}, source.file)]),
        '. The command: ',
        h('code', {}, source.command),
        '. This file makes no network request.',
      ),
    ),
  );
