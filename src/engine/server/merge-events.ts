import type { TokenMark, WireSink } from './stream-part.ts';

/** Holds each event until the next is known; where `merge` gives a text, that replaces both. */
export function mergeEvents(next: WireSink, merge: (before: string, event: string) => string | undefined): WireSink {
  let held: { readonly text: string; readonly marks: readonly TokenMark[] } | undefined;
  const release = (): void => {
    if (held) next.write(held.text, held.marks);
    held = undefined;
  };
  return {
    write: (payload, marks) => {
      const text = Buffer.from(payload).toString('utf8');
      const merged = held && merge(held.text, text);
      if (merged !== undefined && held) held = { text: merged, marks: held.marks };
      else {
        release();
        held = { text, marks };
      }
    },
    end: () => {
      release();
      next.end();
    },
  };
}
