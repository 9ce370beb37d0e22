import type { PartSink } from './stream-part.ts';

/** Changes the text of each token; positions count from 1. */
export function retext(next: PartSink, change: (text: string, position: number) => string): PartSink {
  let position = 0;
  return {
    push: (part) =>
      next.push(part.kind === 'tokens' ? { ...part, texts: part.texts.map((text) => change(text, ++position)) } : part),
    end: () => next.end(),
  };
}
