import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import { openingMoment, type PlaybackChoice } from '../../src/plots/playback-choices.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import { isStall } from '../../src/plots/stalls.ts';
import { type Step, timeInHand } from '../../src/plots/time-in-hand.ts';
import { linear } from '../charts/scales.ts';
import { h } from '../dom.ts';
import { Controls } from './controls.ts';
import { Gauge } from './gauge.ts';
import { HandPlot, type HandScene, handScene } from './hand-plot.ts';
import { type Moment, momentAt } from './moment.ts';
import { ReadingText } from './reading-text.ts';
import { resultWords, statusOf } from './result.ts';

/** What can be played: requests at hand, those worth watching first. */
export interface Playable {
  readonly policy: ScorePolicy;
  readonly requests: ReadonlyMap<number, ScoredRequest>;
  readonly choices: readonly PlaybackChoice[];
  readonly texts: Readonly<Record<string, string>>;
}

interface Loaded {
  readonly request: ScoredRequest;
  readonly steps: readonly Step[];
  readonly scene: HandScene;
}

const ms = (time: number): number => time / nanosecondsPerMillisecond;

/** Plays one request as its reader saw it: text and time in hand, one clock. Opens paused in its worst stall. */
export class Player {
  readonly element: HTMLElement;
  readonly #controls: Controls;
  readonly #name = h('span', { class: 'name' });
  readonly #status = h('span', { class: 'status' });
  readonly #gaugeBox = h('div', { class: 'gauge' });
  readonly #text = new ReadingText();
  readonly #plotBox = h('div', { class: 'hand', role: 'img' });
  readonly #result = h('p', { class: 'result' });
  readonly #announcement = h('p', { class: 'unseen', role: 'status' });
  #playable: Playable | undefined;
  #loaded: Loaded | undefined;
  #gauge: Gauge | undefined;
  #plot: HandPlot | undefined;
  #now = 0;
  #printWidth = 0;

  constructor() {
    this.#controls = new Controls({
      seek: (now) => this.seek(now),
      choose: (id) => this.open(id),
      now: () => this.#now,
      length: () => this.#loaded?.scene.length ?? 0,
      nextStall: () => this.#nextStall(),
      announce: () => this.#announce(),
    });
    this.element = h(
      'div',
      { class: 'player', role: 'group', 'aria-label': 'Playback of one request' },
      this.#controls.element,
      h('div', { class: 'player-head' }, this.#name, this.#status),
      h('div', { class: 'panels' }, h('div', { class: 'stage' }, this.#gaugeBox, this.#text.element), this.#plotBox),
      this.#result,
      this.#announcement,
    );
    new ResizeObserver(() => {
      if (this.#printWidth === 0) this.#draw();
    }).observe(this.#plotBox);
  }

  load(playable: Playable): void {
    this.#playable = playable;
    const kept = this.#loaded?.request.id;
    const id = kept !== undefined && playable.requests.has(kept) ? kept : playable.choices[0]?.id;
    if (id !== undefined) this.open(id);
  }

  open(id: number): void {
    const playable = this.#playable;
    const request = playable?.requests.get(id);
    if (!playable || !request) return;
    this.#controls.stop();
    const steps = timeInHand(request, playable.policy);
    this.#loaded = { request, steps, scene: handScene(request, playable.policy, steps) };
    const choice = playable.choices.find((each) => each.id === id);
    this.#name.textContent = `${choice?.label ?? 'Chosen request'}: #${id}`;
    this.#text.load(request, playable.policy, playable.texts[String(id)]);
    this.#result.replaceChildren(...resultWords(request, playable.policy, playable.texts[String(id)] !== undefined));
    this.#plotBox.setAttribute('aria-label', this.#result.textContent ?? '');
    this.#controls.show(playable.choices, id, this.#loaded.scene.length);
    this.#draw();
    this.seek(ms(openingMoment(request, playable.policy)));
  }

  seek(now: number): void {
    const loaded = this.#loaded;
    if (!loaded || !this.#playable) return;
    this.#now = Math.max(0, Math.min(loaded.scene.length, now));
    const moment = this.#moment(loaded, this.#playable.policy);
    this.#controls.at(this.#now, loaded.scene.length);
    this.#text.show(moment.tokens, moment.ended, waitingText(moment, this.#now));
    const hand = Math.max(loaded.scene.low, Math.min(loaded.scene.high, moment.hand));
    this.#plot?.seek(this.#now, hand, moment.ended);
    this.#gauge?.seek(moment.hand, moment.ended);
    const { tone, parts } = statusOf(loaded.request, moment);
    this.#status.className = `status ${tone}`;
    this.#status.replaceChildren(...parts);
  }

  /** A fixed width while printing; 0 to follow the page again. */
  redraw(printWidth: number): void {
    this.#printWidth = printWidth;
    this.#draw();
    this.seek(this.#now);
  }

  #moment({ request, steps }: Loaded, policy: ScorePolicy): Moment {
    return momentAt(request, steps, policy, this.#now);
  }

  #draw(): void {
    const loaded = this.#loaded;
    const width = this.#printWidth === 0 ? this.#plotBox.clientWidth : this.#printWidth / 2 - 20;
    if (!loaded || width === 0) return;
    this.#plot = new HandPlot(loaded.scene, width, this.#plotBox.clientHeight);
    const { low, high } = loaded.scene;
    const height = this.#gaugeBox.clientHeight;
    const same = Math.abs(height - this.#plotBox.clientHeight) < 2;
    const ends = same ? { top: this.#plot.y(high), bottom: this.#plot.y(low) } : { top: 4, bottom: height - 4 };
    this.#gauge = new Gauge(linear(low, high, ends.bottom, ends.top), ends, this.#gaugeBox.clientWidth, height);
    this.#plotBox.replaceChildren(this.#plot.element);
    this.#gaugeBox.replaceChildren(this.#gauge.element);
    this.seek(this.#now);
  }

  /** A moment before the next stall; after the last one the first again. */
  #nextStall(): number | undefined {
    const loaded = this.#loaded;
    const policy = this.#playable?.policy;
    if (!loaded || !policy) return undefined;
    const starts = loaded.request.late
      .filter((token) => token.token === 0 || isStall(token, policy.decodeDeadline))
      .map(({ deadline }) => Math.max(0, ms(deadline) - 300));
    return starts.find((start) => start > this.#now + 5) ?? starts[0];
  }

  #announce(): void {
    const text = this.#status.classList.contains('bad')
      ? `${this.#status.textContent} at ${(this.#now / 1000).toFixed(1)} seconds`
      : '';
    if (text !== '' && this.#announcement.dataset.state !== 'bad') this.#announcement.textContent = text;
    this.#announcement.dataset.state = text === '' ? 'ok' : 'bad';
  }
}

function waitingText({ waiting, tokens, since, hand }: Moment, now: number): string | undefined {
  if (!waiting) return undefined;
  return tokens === 0
    ? `late by ${(-hand / 1000).toFixed(2)}\u202fs`
    : `stalled ${((now - since) / 1000).toFixed(2)}\u202fs`;
}
