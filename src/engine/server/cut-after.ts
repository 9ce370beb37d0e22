import type { PartSink } from './stream-part.ts';

/** Lets this many tokens through, then calls `cut` once and swallows the rest, the end included. */
export function cutAfter(tokens: number, next: PartSink, cut: () => void): PartSink {
  let left = tokens;
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    cut();
  };
  return {
    push: (part) => {
      if (over) return;
      if (part.kind !== 'tokens') {
        if (part.kind === 'role') next.push(part);
        else finish();
        return;
      }
      const texts = part.texts.slice(0, left);
      left -= texts.length;
      if (texts.length > 0) next.push({ ...part, texts });
      if (left === 0) finish();
    },
    end: finish,
  };
}
