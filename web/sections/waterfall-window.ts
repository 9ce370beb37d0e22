import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import { waterfall, waterfallWindow, worstMoment } from '../../src/plots/figures/waterfall.ts';
import { clock } from '../../src/plots/format.ts';
import type { ScoredRun } from '../../src/plots/scored-run.ts';
import type { Silence } from '../../src/plots/silences.ts';
import { waterfallDrawing } from '../charts/waterfall.ts';
import { h } from '../dom.ts';
import { FigureView } from '../figure.ts';

/** The waterfall and the window of time it shows. */
export class WaterfallWindow {
  readonly #range = h('input', { type: 'range', id: 'window-time', step: 'any' });
  readonly #view: FigureView;
  readonly #controls: HTMLElement;
  readonly #open: (id: number) => void;
  #run: Pick<ScoredRun, 'requests' | 'policy'> | undefined;
  #silences: readonly Silence[] = [];
  #drawnFrom: number | undefined;
  #around = 0;

  constructor(open: (id: number) => void) {
    this.#open = open;
    const worst = h('button', { class: 'button', type: 'button' }, 'Worst moment');
    this.#controls = h(
      'div',
      { class: 'window-control' },
      h('label', { for: 'window-time' }, 'Window'),
      this.#range,
      worst,
    );
    this.#view = new FigureView('figure-waterfall', this.#controls);
    this.#range.addEventListener('input', () => {
      this.#around = Number(this.#range.value);
      this.#show();
    });
    worst.addEventListener('click', () => this.#toWorst());
  }

  get element(): HTMLElement {
    return this.#view.element;
  }

  load(run: Pick<ScoredRun, 'requests' | 'policy'>, silences: readonly Silence[], drawnFrom: number | undefined): void {
    this.#run = run;
    this.#silences = silences;
    this.#drawnFrom = drawnFrom;
    this.#toWorst();
  }

  #toWorst(): void {
    if (!this.#run) return;
    const { requests, policy } = this.#run;
    this.#around = worstMoment(requests, this.#silences, policy);
    const window = waterfallWindow(requests, this.#around);
    const end = requests.reduce((latest, each) => Math.max(latest, each.origin + each.end), 0);
    this.#controls.hidden = window.to - window.from >= end - (requests[0]?.origin ?? 0) - 1;
    this.#controls.style.display = this.#controls.hidden ? 'none' : '';
    this.#range.min = String(requests[0]?.origin ?? 0);
    this.#range.max = String(end);
    this.#range.value = String(this.#around);
    this.#show();
  }

  #show(): void {
    if (!this.#run) return;
    const window = waterfallWindow(this.#run.requests, this.#around);
    const text = `${clock(window.from / nanosecondsPerMillisecond)} to ${clock(window.to / nanosecondsPerMillisecond)}`;
    this.#range.setAttribute('aria-valuetext', text);
    this.#view.show(
      waterfall(this.#run, this.#silences, window, this.#drawnFrom),
      waterfallDrawing(this.#run.policy, this.#open),
    );
  }
}
