import type { Answer } from './answer.ts';
import { fluidity } from './fluidity.ts';
import type { ScorePolicy } from './policy.ts';
import { TimelineReader } from './timeline.ts';

const all: readonly ScorePolicy['chunks'][] = ['burst', 'chunk', 'even'];

/** Counts fluid answers under the chunk policies that were not chosen. */
export class OtherChunkPolicies {
  readonly #others: { policy: ScorePolicy; timelines: TimelineReader; fluid: number }[];

  constructor(chosen: ScorePolicy) {
    this.#others = all
      .filter((chunks) => chunks !== chosen.chunks)
      .map((chunks) => {
        const policy = { ...chosen, chunks };
        return { policy, timelines: new TimelineReader(policy), fluid: 0 };
      });
  }

  add({ record, standing, fluid, timeline }: Answer): void {
    // With one token a chunk the policies agree.
    const agree = standing !== 'completed' || timeline.tokens === timeline.chunks;
    for (const other of this.#others) {
      if (agree ? fluid : isFluid(other.timelines, record, other.policy)) other.fluid++;
    }
  }

  get counts(): readonly { chunks: ScorePolicy['chunks']; fluid: number }[] {
    return this.#others.map(({ policy, fluid }) => ({ chunks: policy.chunks, fluid }));
  }
}

function isFluid(timelines: TimelineReader, record: Answer['record'], policy: ScorePolicy): boolean {
  const { index } = fluidity(timelines.read(record), policy);
  return index === undefined || index >= policy.fluidFrom;
}
