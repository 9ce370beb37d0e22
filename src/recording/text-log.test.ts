import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextLog } from './text-log.ts';

it('gives back every piece as it came, be it text or bytes, half a character or none', () => {
  const halves = fc.constantFrom('\ud83d', '\ude00', 'a\ud83d', '');
  const pieces = fc.array(
    fc.record({ text: fc.oneof(fc.string({ unit: 'grapheme' }), halves), asBytes: fc.boolean() }),
    {
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(pieces, (given) => {
      const log = new TextLog();
      for (const { text, asBytes } of given) {
        const bytes = Buffer.from(`<${text}>`);
        if (asBytes && text.isWellFormed()) log.addBytes(bytes, 1, bytes.length - 1);
        else log.add(text);
      }
      expect(log.pieces()).toEqual(given.map(({ text }) => text));
      expect(given.map((_, index) => log.isEmpty(index))).toEqual(given.map(({ text }) => text === ''));
    }),
  );
});
