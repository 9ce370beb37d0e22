import type { ModelShape } from './models.ts';

/** The layers of each of `stages` pipeline stages: as equal as can be, the first ones have the more. */
const layersOf = ({ layers }: ModelShape, stages: number): number[] =>
  Array.from({ length: stages }, (_, stage) => Math.floor(layers / stages) + (stage < layers % stages ? 1 : 0));

/** What each stage computes: the output head is the last one's. */
export const computedStages = (model: ModelShape, stages: number): ModelShape[] =>
  layersOf(model, stages).map((layers, stage) => ({
    ...model,
    layers,
    vocabulary: stage === stages - 1 ? model.vocabulary : 0,
  }));

/** What each stage holds: the embedding is the first one's, the head the last one's, half of both each. */
export function heldStages(model: ModelShape, stages: number): ModelShape[] {
  if (stages === 1) return [model];
  return layersOf(model, stages).map((layers, stage) => ({
    ...model,
    label: `${model.label} (stage ${stage + 1} of ${stages})`,
    layers,
    vocabulary: stage === 0 || stage === stages - 1 ? model.vocabulary / 2 : 0,
  }));
}
