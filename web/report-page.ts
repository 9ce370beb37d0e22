import type { RequestRecord } from '../src/core/record.ts';
import { type Nanoseconds, nanosecondsPerMillisecond } from '../src/core/units.ts';
import { scoreRun } from '../src/metrics/index.ts';
import type { ScorePolicy } from '../src/metrics/policy.ts';
import { chosen, count } from '../src/plots/format.ts';
import { unpackRequests } from '../src/plots/packed-requests.ts';
import type { PageData } from '../src/plots/page-data.ts';
import { type ReportModel, rescoredModel } from '../src/plots/report-model.ts';
import { scoreRequest } from '../src/plots/scored-request.ts';
import { scoredRun } from '../src/plots/scored-run.ts';
import { drawAcceptanceCurve } from './charts/acceptance-curve.ts';
import { drawChunkSizes } from './charts/chunk-sizes.ts';
import { drawCompletion } from './charts/completion.ts';
import { firstTokenDrawing } from './charts/first-token.ts';
import { drawFluidityDistribution } from './charts/fluidity-distribution.ts';
import { drawOverTime } from './charts/over-time.ts';
import { drawTokenGaps } from './charts/token-gaps.ts';
import { h } from './dom.ts';
import { FigureView, redrawAll } from './figure.ts';
import { Player } from './player/player.ts';
import { Header } from './sections/header.ts';
import { numbersSection } from './sections/numbers.ts';
import { followScroll, section, term, topBar, wordList } from './sections/page.ts';
import { planSection } from './sections/plan.ts';
import { steadySection } from './sections/steady.ts';
import { trustSection } from './sections/trust.ts';
import { WaterfallWindow } from './sections/waterfall-window.ts';

/** Width a printed page draws at, so that type keeps its size on A4. */
const printWidth = 690;

const contents = [
  ['watch', 'Watch'],
  ['streams', 'Fluidity'],
  ['time', 'Over time'],
  ['requests', 'Requests'],
  ['numbers', 'Numbers'],
  ['trust', 'Trust'],
  ['plan', 'Plan'],
] as const;

/** The whole report: built once, shown again under another decode deadline. */
export class ReportPage {
  readonly #data: PageData;
  readonly #records: readonly RequestRecord[];
  readonly #header: Header;
  readonly #player = new Player();
  readonly #figures = {
    fluidity: new FigureView('figure-fluidity'),
    acceptance: new FigureView('figure-acceptance'),
    firstTokens: new FigureView('figure-first-tokens'),
    gaps: new FigureView('figure-gaps'),
    chunks: new FigureView('figure-chunks'),
    completion: new FigureView('figure-completion'),
    overTime: new FigureView('figure-over-time'),
  };
  readonly #waterfall = new WaterfallWindow((id) => this.#watch(id));
  readonly #numbers = h('div');

  constructor(data: PageData) {
    this.#data = data;
    this.#records = unpackRequests(data.requests);
    this.#header = new Header(data.model, deadlinesFor(data.model.policy), (deadline) =>
      this.#rescore(deadline as Nanoseconds),
    );
  }

  mount(host: HTMLElement): void {
    host.append(
      h('a', { class: 'skip', href: '#main' }, 'Skip to the result'),
      topBar(contents),
      this.#main(),
      footer(),
    );
    this.#show(this.#data.model);
    followScroll();
    addEventListener('beforeprint', () => this.#redraw(printWidth));
    addEventListener('afterprint', () => this.#redraw(0));
  }

  #main(): HTMLElement {
    const { model } = this.#data;
    const { fluidity, acceptance, firstTokens, gaps, chunks, completion, overTime } = this.#figures;
    const pieces = (...views: readonly FigureView[]): HTMLElement[] => views.map(({ element }) => element);
    const last = model.manyFail ? pieces(chunks) : pieces(completion, chunks);
    return h(
      'main',
      { id: 'main' },
      h(
        'div',
        { class: 'wrap', id: 'top' },
        this.#header.element,
        model.manyFail && h('div', { class: 'full' }, completion.element),
      ),
      section('watch', 'Watch one request as its reader saw it', playbackLead(), this.#playback()),
      section(
        'streams',
        'How fluid the answers are',
        h('div', { class: 'grid four' }, ...pieces(fluidity, acceptance, firstTokens, gaps)),
        h('div', { class: 'grid' }, ...last),
      ),
      section(
        'time',
        'When it happened',
        h('div', { class: 'full' }, overTime.element),
        model.steady && steadySection(model.steady, chosen(model.policy.decodeDeadline / nanosecondsPerMillisecond)),
      ),
      section('requests', 'Which requests it hit', h('div', { class: 'full' }, this.#waterfall.element)),
      section('numbers', 'All numbers', this.#numbers),
      section('trust', 'Can this measurement be trusted?', trustSection(model.trust)),
      section('plan', 'What was run', planSection(model.plan)),
      section('words', 'Words used here', wordList()),
    );
  }

  #playback(): HTMLElement {
    return this.#data.model.playback.length > 0
      ? this.#player.element
      : h('p', { class: 'plot empty' }, 'There is no request to play: none was measured.');
  }

  /** With the model's policy on every figure; requests are those the page holds. */
  #show(model: ReportModel, rescored?: string): void {
    const { figures, policy, silences } = model;
    const watch = (id: number): void => this.#watch(id);
    this.#header.show(model, rescored);
    this.#figures.fluidity.show(figures.fluidity, drawFluidityDistribution);
    this.#figures.acceptance.show(figures.acceptance, drawAcceptanceCurve);
    this.#figures.firstTokens.show(figures.firstTokens, firstTokenDrawing(watch));
    this.#figures.gaps.show(figures.gaps, drawTokenGaps);
    this.#figures.chunks.show(figures.chunks, drawChunkSizes);
    this.#figures.completion.show(figures.completion, drawCompletion);
    this.#figures.overTime.show(figures.overTime, drawOverTime);
    this.#numbers.replaceChildren(numbersSection(model.numbers));
    const requests = this.#records.map((record) => scoreRequest(record, policy));
    const { total, texts } = this.#data;
    this.#waterfall.load({ requests, policy }, silences, requests.length < total ? total : undefined);
    const held = new Map(requests.map((request) => [request.id, request]));
    const choices = model.playback.filter(({ id }) => held.has(id));
    this.#player.load({ policy, requests: held, choices, texts });
  }

  #watch(id: number): void {
    this.#player.open(id);
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    document.getElementById('watch')?.scrollIntoView({ behavior: calm ? 'auto' : 'smooth' });
  }

  /** Scores the requests on this page again, with the same code that scored the run. */
  #rescore(decodeDeadline: Nanoseconds): void {
    const { model, manifest, sample } = this.#data;
    if (decodeDeadline === model.policy.decodeDeadline) {
      this.#show(model);
      return;
    }
    const policy = { ...model.policy, decodeDeadline };
    const chosenIds = sample === undefined ? undefined : new Set(sample);
    const records = this.#records.filter(({ id }) => chosenIds === undefined || chosenIds.has(id));
    const summary = scoreRun(records, policy, {
      ...manifest.phases,
      ...(manifest.loadModel ? { loadModel: manifest.loadModel } : {}),
    });
    const input = { manifest, plan: undefined, summary, records };
    const run = scoredRun(input, sample === undefined ? undefined : this.#data.total);
    const from =
      sample === undefined
        ? ''
        : `, from an even sample of ${count(sample.length)} of ${count(this.#data.total)} requests`;
    this.#show(
      rescoredModel(input, run, model),
      `Scored again in this page with a decode deadline of ${chosen(decodeDeadline / nanosecondsPerMillisecond)}${from}; the run’s own is ${chosen(model.policy.decodeDeadline / nanosecondsPerMillisecond)}.`,
    );
  }

  #redraw(width: number): void {
    redrawAll(width);
    this.#player.redraw(width);
  }
}

/** Half the run's own deadline, but at least a millisecond; itself; twice it. */
function deadlinesFor({ decodeDeadline }: ScorePolicy): number[] {
  const half = Math.max(nanosecondsPerMillisecond, Math.round(decodeDeadline / 2));
  return [...new Set([half, decodeDeadline, 2 * decodeDeadline])].sort((a, b) => a - b);
}

const playbackLead = (): HTMLElement =>
  h(
    'p',
    { class: 'lead' },
    'Tokens appear when they really arrived. Every token has a ',
    term('deadline', 'deadline'),
    '; one that comes early leaves ',
    term('slack', 'time in hand'),
    '. A pause drains it. When it is gone, the reader waits and deadlines are missed.',
  );

const footer = (): HTMLElement =>
  h(
    'footer',
    {},
    h(
      'div',
      { class: 'wrap' },
      h(
        'p',
        {},
        'Made by metron from ',
        h('code', {}, 'records.jsonl'),
        '; every number here can be computed again with ',
        h('code', {}, 'metron score'),
        '. This file makes no network request.',
      ),
    ),
  );
