import { glossary } from '../../src/plots/glossary.ts';
import { h, s } from '../dom.ts';

/** `sections`: id and short name of what the contents lead to. */
export function topBar(sections: readonly (readonly [id: string, name: string])[]): HTMLElement {
  const nav = h(
    'nav',
    { id: 'contents', 'aria-label': 'Contents' },
    ...sections.map(([id, name]) => h('a', { href: `#${id}` }, name)),
  );
  const menu = h(
    'button',
    { class: 'button menu', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'contents' },
    'Contents',
  );
  const open = (yes: boolean): void => {
    nav.classList.toggle('open', yes);
    menu.setAttribute('aria-expanded', String(yes));
  };
  menu.addEventListener('click', () => open(!nav.classList.contains('open')));
  nav.addEventListener('click', () => open(false));
  nav.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    open(false);
    menu.focus();
  });
  const mark = s(
    'svg',
    { width: 30, height: 18, viewBox: '0 0 30 18', 'aria-hidden': true },
    s('path', { d: 'M2 1v16M6 1v16M10 1v16M14 1v16M28 1v16', stroke: 'currentColor', 'stroke-width': 2 }),
    s('path', { d: 'M21 6v6', stroke: 'var(--miss)', 'stroke-width': 2 }),
  );
  return h(
    'div',
    { class: 'bar' },
    h('div', { class: 'wrap' }, h('a', { class: 'mark', href: '#top' }, mark, 'metron'), menu, nav, themeButton()),
  );
}

function themeButton(): HTMLElement {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const label = h('span');
  const dark = (): boolean =>
    (document.documentElement.dataset.theme ?? (prefersDark.matches ? 'dark' : 'light')) === 'dark';
  const name = (): void => {
    label.textContent = dark() ? 'Light' : 'Dark';
  };
  const button = h(
    'button',
    { class: 'button', type: 'button', 'aria-label': 'Switch between light and dark' },
    s(
      'svg',
      { width: 14, height: 14, viewBox: '0 0 14 14', 'aria-hidden': true },
      s('circle', { cx: 7, cy: 7, r: 6, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 }),
      s('path', { d: 'M7 1a6 6 0 0 1 0 12z', fill: 'currentColor' }),
    ),
    label,
  );
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = dark() ? 'light' : 'dark';
    name();
  });
  prefersDark.addEventListener('change', name);
  name();
  return button;
}

export function section(id: string, title: string, ...content: readonly (Node | false | undefined)[]): HTMLElement {
  const heading = `${id}-heading`;
  return h(
    'section',
    { id, 'aria-labelledby': heading },
    h('div', { class: 'wrap' }, h('h2', { id: heading }, title), ...content),
  );
}

export const wordList = (): HTMLElement =>
  h(
    'dl',
    { class: 'words' },
    ...glossary.map(({ id, term, meaning }) =>
      h('div', { id: `word-${id}` }, h('dt', {}, term), h('dd', {}, ...subscripts(meaning))),
    ),
  );

/** D_p and D_d as they are written on paper. */
const subscripts = (text: string): (Node | string)[] =>
  text
    .split(/(D_[pd])/)
    .map((part) => (/^D_[pd]$/.test(part) ? h('span', {}, 'D', h('sub', {}, part.slice(2))) : part));

/** A word that is explained at the end of the page. */
export function term(id: string, text: string): HTMLElement {
  const meaning = glossary.find((each) => each.id === id)?.meaning;
  return h('a', { class: 'term', href: `#word-${id}`, title: meaning }, text);
}

/** Marks the section in view in the contents. */
export function followScroll(): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        for (const link of document.querySelectorAll('.bar nav a')) {
          if (link.getAttribute('href') === `#${target.id}`) link.setAttribute('aria-current', 'true');
          else link.removeAttribute('aria-current');
        }
      }
    },
    { rootMargin: '-20% 0px -70% 0px' },
  );
  for (const each of document.querySelectorAll('main section')) observer.observe(each);
}
