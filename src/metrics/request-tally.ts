import type { RequestRecord } from '../core/record.ts';
import type { Answer } from './answer.ts';
import { classOf } from './standing.ts';
import type { RequestCounts } from './summary.ts';

/** Counts how requests ended. */
export class RequestTally {
  readonly #counts = { completed: 0, failed: 0, censored: 0, buffered: 0 };
  readonly #classes = new Map<string, { count: number; example: number; sample?: string }>();

  add({ record, standing }: Answer): void {
    if (standing === 'completed') this.#counts.completed++;
    else if (standing === 'censored') this.#counts.censored++;
    else this.#counts.failed++;
    const { outcome } = record;
    if (standing === 'completed' && outcome.status === 'completed' && outcome.buffered) this.#counts.buffered++;
    const name = classOf(record, standing);
    const known = this.#classes.get(name);
    if (known) known.count++;
    else {
      const sample = messageOf(record);
      this.#classes.set(name, { count: 1, example: record.id, ...(sample === undefined ? {} : { sample }) });
    }
  }

  summary(unmeasured: number): RequestCounts {
    const { completed, failed, censored, buffered } = this.#counts;
    const ended = completed + failed;
    return {
      scheduled: ended + censored,
      completed,
      failed,
      censored,
      buffered,
      unmeasured,
      errorRate: ended === 0 ? 0 : failed / ended,
      byClass: Array.from(this.#classes, ([name, entry]) => ({ class: name, ...entry })).sort(
        (a, b) => b.count - a.count,
      ),
    };
  }
}

/** What the other side, or the system, said about a failure. */
function messageOf({ outcome }: RequestRecord): string | undefined {
  switch (outcome.status) {
    case 'failed': {
      const { failure } = outcome;
      if ('body' in failure) return failure.body;
      if ('detail' in failure) return failure.detail;
      return 'message' in failure ? failure.message : undefined;
    }
    case 'truncated':
      return outcome.detail;
    case 'dropped':
      return outcome.reason;
    default:
      return undefined;
  }
}
