import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import { duration, plural } from '../../src/plots/format.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import { isStall, waitOf } from '../../src/plots/stalls.ts';
import { h } from '../dom.ts';

/** More pieces than this are grouped: nobody sees single tokens of so long an answer. */
const mostPieces = 3000;

/** The answer as it comes in: its words where the run kept them, else one neutral block a token. */
export class ReadingText {
  readonly element = h('div', { class: 'text' });
  readonly #paragraph = h('p');
  readonly #caret = h('span', { class: 'caret' });
  readonly #counter = h('span', { class: 'counter' });
  #pieces: HTMLElement[] = [];
  #perPiece = 1;
  #shown = 0;

  constructor() {
    this.element.append(this.#paragraph);
  }

  load(request: ScoredRequest, policy: ScorePolicy, text: string | undefined): void {
    const n = request.times.length;
    this.#perPiece = Math.max(1, Math.ceil(n / mostPieces));
    const late = new Map(
      request.late
        .filter((token) => token.token === 0 || isStall(token, policy.decodeDeadline))
        .map((token) => [Math.floor(token.token / this.#perPiece), token]),
    );
    this.#pieces = Array.from({ length: Math.ceil(n / this.#perPiece) }, (_, i) => {
      const stall = late.get(i);
      const wait = stall && stall.token > 0 ? duration(waitOf(stall) / nanosecondsPerMillisecond) : undefined;
      return h(
        'span',
        { class: 'to-come' },
        wait !== undefined && h('span', { class: 'wait', title: plural(stall?.missed ?? 0, 'missed deadline') }, wait),
        h('span', stall ? { class: 'late' } : {}, ...this.#content(i, n, text)),
      );
    });
    this.#shown = 0;
    this.#paragraph.replaceChildren(...this.#pieces, this.#caret, this.#counter);
    this.element.scrollTop = 0;
  }

  /** `waiting`: what the reader is told while nothing comes. */
  show(tokens: number, ended: boolean, waiting: string | undefined): void {
    const now = Math.min(this.#pieces.length, Math.ceil(tokens / this.#perPiece));
    for (let i = this.#shown; i < now; i++) this.#pieces[i]?.classList.remove('to-come');
    for (let i = now; i < this.#shown; i++) this.#pieces[i]?.classList.add('to-come');
    this.#shown = now;
    this.#caret.hidden = ended;
    this.#caret.style.display = ended ? 'none' : '';
    this.#caret.classList.toggle('waiting', waiting !== undefined);
    this.#counter.textContent = waiting ?? '';
    this.#follow(ended ? this.#pieces[now - 1] : waiting === undefined ? this.#caret : this.#counter);
  }

  /** Keeps the last line in view, by whole lines. */
  #follow(last: HTMLElement | undefined): void {
    if (!last) return;
    const line = Number.parseFloat(getComputedStyle(this.element).lineHeight) || 24;
    const below = last.offsetTop + last.offsetHeight - this.element.clientHeight;
    this.element.scrollTop = Math.max(0, Math.ceil(below / line) * line);
  }

  #content(piece: number, n: number, text: string | undefined): (Node | string)[] {
    const [from, to] = [piece * this.#perPiece, Math.min(n, (piece + 1) * this.#perPiece)];
    if (text !== undefined) {
      const cut = (token: number): number => Math.round((token / n) * text.length);
      return [text.slice(cut(from), cut(to))];
    }
    // Uneven, so that they look like words; the same every time.
    return [h('span', { class: 'block', style: `width:${(0.9 + ((piece * 7919) % 17) / 10).toFixed(1)}em` })];
  }
}
