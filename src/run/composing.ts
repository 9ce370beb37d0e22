import { milliseconds, type Nanoseconds } from '../core/units.ts';
import type { Composer } from '../instrument/composer.ts';
import type { Instrument } from '../instrument/instrument.ts';

/** Bodies are composed this far ahead of their send. */
const composeAhead = milliseconds(10_000);
/** Where only the run decides when a body is due, this much is composed before the start. */
const firstBytes = 64 << 20;
const batchRequests = 256;
const batchBytes = 8 << 20;

/** What has to be there before the first send. */
export function composeFirst(instrument: Instrument, composer: Composer): void {
  let bytes = 0;
  while (!composer.done && bytes < firstBytes && (composer.composedUntil ?? 0) <= composeAhead) {
    const batch = composer.batch(batchRequests, batchBytes);
    bytes += batch.bodies.length;
    instrument.give(batch);
  }
  if (composer.done) instrument.noMoreOrders();
}

/** Goes on composing in small pieces while the run goes on. */
export function keepComposing(instrument: Instrument, composer: Composer, now: () => Nanoseconds) {
  if (composer.done) return { stop: () => {} };
  const timer = setInterval(() => {
    const due = composer.composedUntil;
    if (due !== undefined && due > now() + composeAhead) return;
    instrument.give(composer.batch(batchRequests, batchBytes));
    if (!composer.done) return;
    instrument.noMoreOrders();
    clearInterval(timer);
  }, 5);
  return { stop: () => clearInterval(timer) };
}
