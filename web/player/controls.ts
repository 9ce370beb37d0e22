import type { PlaybackChoice } from '../../src/plots/playback-choices.ts';
import { h } from '../dom.ts';

export interface Controlled {
  seek(now: number): void;
  choose(id: number): void;
  now(): number;
  length(): number;
  nextStall(): number | undefined;
  announce(): void;
}

const speeds = [
  [0.25, '¼×'],
  [0.5, '½×'],
  [1, '1×'],
  [2, '2×'],
  [4, '4×'],
] as const;

/** Play, speed, scrub, choice of request. Nothing moves unless pressed. */
export class Controls {
  readonly element: HTMLElement;
  readonly #controlled: Controlled;
  readonly #play = h('button', { class: 'button main', type: 'button' }, 'Play');
  readonly #select = h('select', { id: 'player-request' });
  readonly #range = h('input', { type: 'range', id: 'player-time', min: 0, step: 1, value: 0 });
  readonly #output = h('output', { for: 'player-time' });
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #speed = 1;
  #frame = 0;
  #last: number | undefined;

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
    const restart = h('button', { class: 'button', type: 'button' }, 'From the start');
    const stall = h('button', { class: 'button', type: 'button' }, 'Next stall');
    this.element = h(
      'div',
      {},
      h(
        'div',
        { class: 'player-controls' },
        this.#play,
        restart,
        stall,
        this.#speedControl(),
        h('span', { class: 'space' }),
        h('label', { class: 'unseen', for: 'player-request' }, 'Request'),
        this.#select,
      ),
      h(
        'div',
        { class: 'scrub' },
        h('label', { class: 'unseen', for: 'player-time' }, 'Position in the request'),
        this.#range,
        this.#output,
      ),
    );
    this.#play.addEventListener('click', () => (this.#playing ? this.stop() : this.#start()));
    restart.addEventListener('click', () => {
      const playing = this.#playing;
      this.stop();
      controlled.seek(0);
      if (playing || !this.#calm.matches) this.#start();
    });
    stall.addEventListener('click', () => {
      this.stop();
      const next = controlled.nextStall();
      if (next !== undefined) controlled.seek(next);
    });
    this.#range.addEventListener('input', () => {
      this.stop();
      controlled.seek(Number(this.#range.value));
    });
    this.#select.addEventListener('change', () => controlled.choose(Number(this.#select.value)));
  }

  show(choices: readonly PlaybackChoice[], id: number, length: number): void {
    const known = choices.some((choice) => choice.id === id);
    const all = known ? choices : [...choices, { id, label: 'Chosen' }];
    this.#select.replaceChildren(
      ...all.map((choice) =>
        h('option', { value: choice.id, selected: choice.id === id }, `${choice.label}: #${choice.id}`),
      ),
    );
    this.#range.max = String(Math.ceil(length));
  }

  at(now: number, length: number): void {
    this.#range.value = String(now);
    this.#range.setAttribute('aria-valuetext', `${(now / 1000).toFixed(2)} seconds`);
    this.#output.textContent = `${(now / 1000).toFixed(2)} of ${(length / 1000).toFixed(2)}\u202fs`;
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#last = undefined;
    this.#frame = 0;
    this.#play.textContent = 'Play';
  }

  get #playing(): boolean {
    return this.#frame !== 0;
  }

  #start(): void {
    if (this.#controlled.now() >= this.#controlled.length() - 1) this.#controlled.seek(0);
    this.#play.textContent = 'Pause';
    const step = (time: number): void => {
      const passed = this.#last === undefined ? 0 : time - this.#last;
      this.#last = time;
      this.#controlled.seek(this.#controlled.now() + passed * this.#speed);
      this.#controlled.announce();
      if (this.#controlled.now() >= this.#controlled.length()) this.stop();
      else this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #speedControl(): HTMLElement {
    const control = h(
      'fieldset',
      { class: 'segments' },
      h('legend', {}, 'Speed'),
      ...speeds.map(([speed, label]) =>
        h(
          'label',
          {},
          h('input', {
            type: 'radio',
            name: 'speed',
            value: speed,
            checked: speed === 1,
            'aria-label': `${speed} times`,
          }),
          h('span', {}, label),
        ),
      ),
    );
    control.addEventListener('change', (event) => {
      this.#speed = Number((event.target as HTMLInputElement).value);
    });
    return control;
  }
}
