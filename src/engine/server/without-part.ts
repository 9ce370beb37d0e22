import type { PartSink, StreamPart } from './stream-part.ts';

/** Leaves parts of this kind out. */
export const withoutPart = (kind: StreamPart['kind'], next: PartSink): PartSink => ({
  push: (part) => {
    if (part.kind !== kind) next.push(part);
  },
  end: () => next.end(),
});
