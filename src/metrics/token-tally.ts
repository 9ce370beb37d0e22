import type { RequestRecord } from '../core/record.ts';
import type { Answer } from './answer.ts';
import type { TokenSummary } from './summary.ts';
import { promptTokensOf } from './timeline.ts';

/** Above this, chunk counts and total do not speak of the same tokens. */
export const divergenceLimit = 0.02;
const sizesShown = 50;

/** Counts tokens, where the counts come from and whether they agree. */
export class TokenTally {
  #output = 0;
  #prompt = 0;
  #cached: number | undefined;
  #chunkSum = 0;
  #totalSum = 0;
  #compared = 0;
  #divergent = 0;
  #asked = 0;
  #reached = 0;
  readonly #totalSources = new Map<string, number>();
  readonly #chunkSources = new Map<string, number>();
  /** Chunks by their number of tokens. */
  readonly #sizes = new Map<number, number>();

  add({ record, standing }: Answer): void {
    const { output, prompt } = record;
    const sum = this.#addChunks(record);
    this.#output += output.total ?? sum;
    this.#prompt += promptTokensOf(record) ?? 0;
    if (prompt.cached !== undefined) this.#cached = (this.#cached ?? 0) + prompt.cached;
    if (output.totalSource !== undefined) increment(this.#totalSources, output.totalSource);
    if (output.chunkSource !== undefined) increment(this.#chunkSources, output.chunkSource);
    if (standing === 'completed') this.#compare(record, sum);
  }

  #compare({ output }: RequestRecord, sum: number): void {
    if (output.total !== undefined && output.total > 0 && sum > 0) {
      this.#compared++;
      this.#chunkSum += sum;
      this.#totalSum += output.total;
      const apart = Math.abs(sum - output.total);
      // One token apart is an end-of-text token that was counted but not sent.
      if (apart > 1 && apart > divergenceLimit * output.total) this.#divergent++;
    }
    if (output.asked === undefined) return;
    this.#asked++;
    if ((output.reported ?? output.total ?? sum) >= output.asked) this.#reached++;
  }

  #addChunks({ chunks: { tokens } }: RequestRecord): number {
    let sum = 0;
    let single = 0;
    for (let i = 0; i < tokens.length; i++) {
      const size = tokens[i] as number;
      if (size === 1) single++;
      else if (size > 1) {
        sum += size;
        increment(this.#sizes, size);
      }
    }
    if (single > 0) increment(this.#sizes, 1, single);
    return sum + single;
  }

  get summary(): TokenSummary {
    return {
      output: this.#output,
      prompt: this.#prompt,
      ...(this.#cached === undefined ? {} : { cachedPrompt: this.#cached }),
      totalSources: Object.fromEntries(this.#totalSources),
      chunkSources: Object.fromEntries(this.#chunkSources),
      ...(this.#compared === 0 ? {} : { divergence: this.#chunkSum / this.#totalSum - 1 }),
      divergentRequests: this.#divergent,
      ...(this.#asked === 0 ? {} : { lengthAttainment: this.#reached / this.#asked }),
      perChunk: this.#perChunk,
    };
  }

  get #perChunk(): TokenSummary['perChunk'] {
    const sizes = Array.from(this.#sizes, ([tokens, chunks]) => ({ tokens, chunks }));
    if (sizes.length === 0) return { counts: [] };
    const chunks = sizes.reduce((sum, each) => sum + each.chunks, 0);
    const tokens = sizes.reduce((sum, each) => sum + each.chunks * each.tokens, 0);
    return {
      mean: tokens / chunks,
      max: sizes.reduce((max, each) => Math.max(max, each.tokens), 0),
      // The most frequent sizes, ascending.
      counts: sizes
        .sort((a, b) => b.chunks - a.chunks)
        .slice(0, sizesShown)
        .sort((a, b) => a.tokens - b.tokens),
    };
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
