import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { retext } from '../retext.ts';

export const tokenizerMismatch = defineFault({
  kind: 'tokenizer-mismatch',
  summary: 'counts tokens of which the usual tokenizer finds this share less, or more if negative',
  arguments: z.object({ share: z.coerce.number().min(-0.5).max(0.5).default(0.1) }),
  effects: ({ share }) => ({
    parts: (next) => {
      // Spread evenly: the position at which the running sum of shares passes the next whole number.
      const struck = (position: number): boolean =>
        Math.floor(position * Math.abs(share)) > Math.floor((position - 1) * Math.abs(share));
      return retext(next, (text, position) => (struck(position) ? (share > 0 ? '' : text + text) : text));
    },
  }),
});
