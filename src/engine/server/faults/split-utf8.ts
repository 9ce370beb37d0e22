import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { writeInPieces } from '../write-in-pieces.ts';

// One token of o200k_base each, two, three and four bytes long in UTF-8.
const texts = [' é', '中', '😀'];

export const splitUtf8 = defineFault({
  kind: 'split-utf8',
  summary: 'answers in characters beyond ASCII and cuts each of them in the middle',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => {
      let count = 0;
      return {
        push: (part) =>
          next.push(
            part.kind === 'tokens'
              ? { ...part, texts: part.texts.map(() => texts[count++ % texts.length] ?? '') }
              : part,
          ),
        end: () => next.end(),
      };
    },
    wire: (next, exchange) =>
      writeInPieces(next, exchange, (bytes) => {
        const cuts: number[] = [];
        bytes.forEach((byte, i) => {
          if ((byte & 0xc0) === 0x80) cuts.push(i);
        });
        return cuts;
      }),
  }),
});
