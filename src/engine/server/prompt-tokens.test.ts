import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockHashes, chatTemplate, encodeChat, encodeInTurns, encodeText } from './prompt-tokens.ts';

const words = fc.array(fc.constantFrom('the', 'river', "isn't", 'A', '42', '日本', '\n', '...', 'x'.repeat(50)), {
  maxLength: 1500,
});

describe('prompt tokens', () => {
  it('are the same whether a text is encoded at once or in turns', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.constantFrom(' ', '  ', ''), async (list, gap) => {
        const text = list.join(gap);
        expect(await encodeInTurns(text)).toEqual(encodeText(text));
      }),
      { numRuns: 40 },
    );
  });

  it('treat what looks like a special token as text', async () => {
    expect(await encodeInTurns('<|endoftext|>')).toHaveLength(7);
  });

  it('of a chat are those of the contents and the template', async () => {
    const messages = [
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Where is the harbor?' },
    ];
    const contents = messages.reduce((sum, { text }) => sum + encodeText(text).length, 0);
    expect(await encodeChat(messages)).toHaveLength(contents + 2 * chatTemplate.perMessage + chatTemplate.reply);
  });
});

describe('block hashes', () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 80 });

  it('agree exactly on the common prefix, one for each full block', () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, (prefix, a, b) => {
        const first = blockHashes([...prefix, ...a], 4);
        const second = blockHashes([...prefix, ...b], 4);
        expect(first).toHaveLength(Math.floor((prefix.length + a.length) / 4));
        let common = prefix.length;
        while (a[common - prefix.length] !== undefined && a[common - prefix.length] === b[common - prefix.length])
          common++;
        const shared = Math.floor(common / 4);
        expect(first.slice(0, shared)).toEqual(second.slice(0, shared));
        const next = [first[shared], second[shared]];
        if (next[0] !== undefined && next[1] !== undefined) expect(next[0]).not.toBe(next[1]);
      }),
    );
  });
});
