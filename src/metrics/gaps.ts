import type { Answer } from './answer.ts';
import { GapStore } from './gap-store.ts';
import type { ScorePolicy } from './policy.ts';
import type { Population } from './sample.ts';

/**
 * Waits between tokens and between chunks. Unless tokens are spread over the wait before their chunk,
 * the former are the latter and a zero for every further token of a chunk, and are kept only once.
 */
export class Gaps {
  readonly #chunks = new GapStore();
  readonly #spread: GapStore | undefined;
  /** Answers without a single wait. */
  without = 0;

  constructor(policy: Pick<ScorePolicy, 'chunks'>) {
    this.#spread = policy.chunks === 'even' ? new GapStore() : undefined;
  }

  add({ timeline }: Answer): void {
    const { times, length, chunkTimes, chunks } = timeline;
    this.#chunks.addRequest(chunkTimes, chunks, length - chunks);
    this.#spread?.addRequest(times, length);
    if (length < 2) this.without++;
  }

  get betweenTokens(): Population {
    return this.#spread?.population(false) ?? this.#chunks.population(true);
  }

  get betweenChunks(): Population {
    return this.#chunks.population(false);
  }
}
