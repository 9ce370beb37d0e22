import type { Fact, PlanFacts } from '../../src/plots/plan-facts.ts';
import { h } from '../dom.ts';

/** What was run, how to run it again, and what is known about the system under test. */
export function planSection({ facts, disclosed, text, command }: PlanFacts): HTMLElement {
  const copy = h('button', { class: 'button', type: 'button' }, 'Copy');
  copy.addEventListener('click', () => {
    void navigator.clipboard?.writeText(command).then(
      () => {
        copy.textContent = 'Copied';
      },
      () => {
        copy.textContent = 'Select and copy by hand';
      },
    );
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'columns' },
      h('div', {}, factList(facts), h('div', { class: 'command' }, h('code', {}, command), copy)),
      text === ''
        ? h('p', { class: 'lead' }, 'The run kept no plan.')
        : h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Resolved plan' }, text),
    ),
    disclosed.length > 0 && h('h3', { class: 'unseen' }, 'What is known about the system under test'),
    disclosed.length > 0 && disclosure(disclosed),
  );
}

const factList = (facts: readonly Fact[]): HTMLElement =>
  h('dl', { class: 'facts' }, ...facts.flatMap(({ label, value }) => [h('dt', {}, label), h('dd', {}, value)]));

const disclosure = (facts: readonly Fact[]): HTMLElement =>
  h(
    'details',
    { class: 'disclosure' },
    h('summary', {}, `What is known about the system under test (${facts.length} facts)`),
    h(
      'dl',
      { class: 'facts' },
      ...facts.flatMap(({ label, value, status }) => [
        h('dt', {}, label),
        h('dd', {}, value === '' ? '' : `${value} `, h('small', {}, status ?? '')),
      ]),
    ),
  );
