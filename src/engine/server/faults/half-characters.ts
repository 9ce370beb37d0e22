import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { retext } from '../retext.ts';

const characters = ['é', '中', '😀'];
const replacement = '\uFFFD';

export const halfCharacters = defineFault({
  kind: 'half-characters',
  summary: 'takes two tokens for each character: hold sends no text before it is whole, replace sends U+FFFD twice',
  arguments: z.object({ how: z.enum(['hold', 'replace']).default('hold') }),
  effects: ({ how }) => ({
    parts: (next) =>
      retext(next, (_text, position) => {
        if (how === 'replace') return replacement;
        return position % 2 === 1 ? '' : (characters[(position / 2 - 1) % characters.length] ?? '');
      }),
  }),
});
