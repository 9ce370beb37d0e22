import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicClock } from '../core/clock.ts';
import { milliseconds, type Nanoseconds, toMilliseconds } from '../core/units.ts';
import type { Composer } from '../instrument/composer.ts';
import type { Instrument, InstrumentFacts } from '../instrument/instrument.ts';
import type { LiveStatistics } from '../recording/assembler.ts';
import { keepComposing } from './composing.ts';
import { aborted, type RunControl } from './control.ts';
import type { OnRunEvent } from './events.ts';

/** Why no more requests were sent. */
export type EndedBy = 'schedule' | 'user' | 'max-error-rate' | 'max-tokens' | 'recorder-behind';

export interface ConductOptions {
  readonly instrument: Instrument;
  /** Its first bodies have been given to the instrument. */
  readonly composer: Composer;
  /** End of the load on the run's clock; absent where only a count of requests ends it. */
  readonly loadEnds?: Nanoseconds;
  readonly grace: Nanoseconds;
  readonly maxErrorRate?: number;
  readonly maxTokens?: number;
  /** Tokens that the first `sent` requests use, prompt and answer: what the budget of tokens is spent on. */
  readonly tokensOf: (sent: number) => number;
  readonly control: RunControl;
  readonly onEvent: OnRunEvent;
}

export interface Conducted {
  readonly endedBy: EndedBy;
  /** Wall-clock time of the run's time 0. */
  readonly startedAt: Date;
  /** The same on the machine's monotonic clock, nanoseconds. */
  readonly origin: number;
  /** When sending ended and when the last request had ended, on the run's clock. */
  readonly loadEndedAt: Nanoseconds;
  readonly endedAt: Nanoseconds;
  readonly facts: InstrumentFacts;
}

/** Fewer ended requests than this say nothing about an error rate. */
const errorRateNeeds = 20;
/** Room for every thread to learn when the run starts before it does. */
const startAhead = milliseconds(40);

/** Runs the load on an instrument that is ready: starts, watches budgets, drains, closes. */
export async function conduct(options: ConductOptions): Promise<Conducted> {
  const { instrument, composer } = options;
  const origin = process.hrtime.bigint() + BigInt(startAhead);
  const startedAt = new Date(Date.now() + toMilliseconds(startAhead));
  const clock = monotonicClock(origin);
  const watch = new Watch(options, clock.now);
  instrument.start(origin);
  const composing = keepComposing(instrument, composer, clock.now);

  const endedBy = await endOfLoad(options, watch).finally(() => composing.stop());
  if (endedBy !== 'schedule') instrument.stop();
  await instrument.sentAll();
  const loadEndedAt = clock.now();

  await drain(options, watch, clock.now);
  const endedAt = clock.now();
  watch.stop();
  return {
    endedBy,
    startedAt,
    origin: Number(origin),
    loadEndedAt,
    endedAt,
    facts: await instrument.close(),
  };
}

const endOfLoad = ({ instrument, control }: ConductOptions, watch: Watch): Promise<EndedBy> =>
  Promise.race([
    instrument.sentAll().then((): EndedBy => 'schedule'),
    aborted(control.stopSignal).then((): EndedBy => 'user'),
    instrument.behind.then((): EndedBy => 'recorder-behind'),
    watch.budgetSpent,
  ]);

/** Waits for what is in flight, as long as the plan's grace allows and the user wants. */
async function drain(options: ConductOptions, watch: Watch, now: () => Nanoseconds): Promise<void> {
  const { instrument, control, grace } = options;
  const graceOver = new AbortController();
  const until = (now() + grace) as Nanoseconds;
  watch.drainUntil(until);
  const drained = instrument.drained();
  const verdict = await Promise.race([
    drained.then(() => 'drained' as const),
    sleep(toMilliseconds(grace), 'grace' as const, { signal: graceOver.signal }).catch(() => 'drained' as const),
    aborted(control.leaveSignal).then(() => 'left' as const),
  ]).finally(() => graceOver.abort());
  if (verdict === 'drained') return;
  instrument.cancelAll(verdict === 'left' ? 'user' : 'run-end');
  await drained;
}

/** Turns live figures into events and says when a budget is spent. */
class Watch {
  readonly budgetSpent: Promise<EndedBy>;
  readonly #options: ConductOptions;
  readonly #now: () => Nanoseconds;
  #spend: (endedBy: EndedBy) => void = () => {};
  #before: { at: Nanoseconds; sent: number; tokens: number } | undefined;
  #drainUntil: Nanoseconds | undefined;
  #stopped = false;

  constructor(options: ConductOptions, now: () => Nanoseconds) {
    this.#options = options;
    this.#now = now;
    this.budgetSpent = new Promise((resolve) => {
      this.#spend = resolve;
    });
    options.instrument.onLive = (live) => this.#see(live);
  }

  drainUntil(until: Nanoseconds): void {
    this.#drainUntil = until;
  }

  stop(): void {
    this.#stopped = true;
  }

  #see(live: LiveStatistics): void {
    if (this.#stopped) return;
    const { maxErrorRate, maxTokens, tokensOf, loadEnds, onEvent } = this.#options;
    const ended = live.completed + live.failed;
    if (maxErrorRate !== undefined && ended >= errorRateNeeds && live.failed / ended > maxErrorRate) {
      this.#spend('max-error-rate');
    }
    if (maxTokens !== undefined && tokensOf(live.sent) >= maxTokens) this.#spend('max-tokens');

    const at = this.#now();
    const until = this.#drainUntil ?? loadEnds ?? at;
    onEvent({
      kind: 'live',
      live,
      elapsed: at,
      left: Math.max(0, until - at) as Nanoseconds,
      draining: this.#drainUntil !== undefined,
      ...this.#speeds(at, live),
    });
  }

  #speeds(at: Nanoseconds, live: LiveStatistics): { sentPerSecond: number; tokensPerSecond: number } {
    const before = this.#before ?? { at: 0, sent: 0, tokens: 0 };
    this.#before = { at, sent: live.sent, tokens: live.tokens };
    const seconds = Math.max(1e-3, (at - before.at) / 1e9);
    return {
      sentPerSecond: (live.sent - before.sent) / seconds,
      tokensPerSecond: (live.tokens - before.tokens) / seconds,
    };
  }
}
