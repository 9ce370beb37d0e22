import type { CostModel, IterationLoad } from '../cost/cost-model.ts';

export interface PipelineStages {
  /** One for each stage: its share of the layers, the last with the output head. */
  readonly stages: readonly CostModel[];
  /** Nanoseconds to hand one token's hidden state to the next stage. */
  readonly sendPerToken: number;
}

/**
 * Pipeline stages that micro-batches pass one after the other: a stage takes the next one when it has sent
 * the last one on. Where micro-batches are unequal, stages wait for each other: bubbles need no model of their own.
 */
export class Pipeline {
  readonly #stages: PipelineStages['stages'];
  readonly #sendPerToken: number;
  readonly #freeAt: number[];

  constructor({ stages, sendPerToken }: PipelineStages) {
    this.#stages = stages;
    this.#sendPerToken = sendPerToken;
    this.#freeAt = stages.map(() => 0);
  }

  /** When a micro-batch that is ready at `now` leaves the last stage; `stretch` turns a stage's time into what it takes. */
  pass(now: number, load: IterationLoad, stretch: (duration: number) => number): number {
    let at = now;
    for (const [index, stage] of this.#stages.entries()) {
      const sending = index < this.#stages.length - 1 ? this.#sendPerToken * load.tokens : 0;
      at = Math.max(at, this.#freeAt[index] ?? 0) + Math.round(stretch(stage.iteration(load)) + sending);
      this.#freeAt[index] = at;
    }
    return at;
  }
}
