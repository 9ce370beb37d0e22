import type { PartSink, TokenField } from './stream-part.ts';

/** Moves each token into the field that its position in the answer asks for. */
export function relabel(next: PartSink, fieldAt: (position: number) => TokenField): PartSink {
  let position = 0;
  return {
    push: (part) => {
      if (part.kind !== 'tokens') {
        next.push(part);
        return;
      }
      for (const text of part.texts) next.push({ ...part, field: fieldAt(position++), texts: [text] });
    },
    end: () => next.end(),
  };
}
