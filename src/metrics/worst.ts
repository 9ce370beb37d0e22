import { type Nanoseconds, toMilliseconds } from '../core/units.ts';
import type { Answer } from './answer.ts';
import { firstTokenWait } from './latency.ts';
import { classOf } from './standing.ts';
import type { WorstRequest } from './summary.ts';
import { promptTokensOf } from './timeline.ts';

const most = 20;
const mostFailed = 10;

interface Entry {
  readonly fluidity: number;
  readonly stall: number;
  readonly worst: WorstRequest;
}

/** Keeps the requests to look at first: failed ones, and the least fluid of those that completed. */
export class WorstRequests {
  readonly #failed: Entry[] = [];
  readonly #completed: Entry[] = [];

  add(answer: Answer): void {
    if (answer.standing === 'censored') return;
    const kept = answer.standing === 'completed' ? this.#completed : this.#failed;
    const fluidity = answer.fluidity ?? 1;
    const stall = answer.account.longestStall?.wait ?? 0;
    const last = kept[kept.length - 1];
    if (kept.length === most && last !== undefined && !isWorse({ fluidity, stall }, last)) return;
    const entry = { fluidity, stall, worst: describe(answer) };
    const place = kept.findIndex((other) => isWorse(entry, other));
    kept.splice(place < 0 ? kept.length : place, 0, entry);
    if (kept.length > most) kept.pop();
  }

  /** At most half failed ones, unless there is nothing else to show. */
  get summary(): WorstRequest[] {
    const room = Math.max(mostFailed, most - this.#completed.length);
    const failed = this.#failed.slice(0, room);
    return [...failed, ...this.#completed.slice(0, most - failed.length)].map(({ worst }) => worst);
  }
}

const isWorse = (a: Pick<Entry, 'fluidity' | 'stall'>, b: Pick<Entry, 'fluidity' | 'stall'>): boolean =>
  a.fluidity < b.fluidity || (a.fluidity === b.fluidity && a.stall > b.stall);

function describe(answer: Answer): WorstRequest {
  const { record, standing, timeline, account, deadlines, fluidity, tokens } = answer;
  const ttft = firstTokenWait(timeline, timeline.origin);
  const prompt = promptTokensOf(record);
  const stall = account.longestStall;
  return {
    id: record.id,
    class: classOf(record, standing),
    ...(fluidity === undefined ? {} : { fluidity }),
    missed: deadlines.missed,
    ...(stall === undefined
      ? {}
      : { longestStall_ms: toMilliseconds(stall.wait as Nanoseconds), longestStallToken: stall.token }),
    ...(ttft === undefined ? {} : { ttft_ms: ttft }),
    ...(prompt === undefined ? {} : { promptTokens: prompt }),
    ...(tokens === 0 ? {} : { outputTokens: tokens }),
  };
}
