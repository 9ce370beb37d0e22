import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkKinds } from '../core/record.ts';
import { type CountedResponse, type CountPieces, countTokens } from './token-counts.ts';

interface Event {
  readonly kind?: (typeof chunkKinds)[number];
  readonly text?: string;
  readonly ids?: number;
  readonly total?: number;
}

function response(events: readonly Event[], more: Partial<CountedResponse> = {}): CountedResponse {
  const sparse = (pick: (event: Event) => number | undefined): (number | undefined)[] => {
    const column: (number | undefined)[] = [];
    events.forEach((event, i) => {
      const value = pick(event);
      if (value !== undefined) column[i] = value;
    });
    return column;
  };
  return {
    kind: Uint8Array.from(events, ({ kind, text }) => chunkKinds.indexOf(kind ?? (text ? 'content' : 'other'))),
    texts: { isEmpty: (index) => !events[index]?.text, pieces: () => events.map(({ text = '' }) => text) },
    tokenIds: sparse(({ ids }) => ids),
    cumulative: sparse(({ total }) => total),
    buffered: false,
    ...more,
  };
}

const summary = ({ tokens, ...rest }: ReturnType<typeof countTokens>) => ({
  ...rest,
  tokens: Array.from(tokens),
  kind: Array.from(rest.kind, (kind) => chunkKinds[kind]?.[0]).join(''),
});

/** A vocabulary in which two characters are a token. */
const pairs: CountPieces = (pieces) => {
  let length = 0;
  return pieces.map((piece) => {
    const before = Math.ceil(length / 2);
    length += piece.length;
    return Math.ceil(length / 2) - before;
  });
};

/** The same, giving up as soon as it may. */
const impatient: CountPieces = (pieces, most) => {
  const counts = pairs(pieces, most) ?? [];
  return counts.reduce((sum, count) => sum + count, 0) > most ? undefined : counts;
};

describe('where token counts come from', () => {
  it('does not depend on whether a tokenizer counts on when it has been refuted', () => {
    const events = fc.array(fc.record({ text: fc.string({ maxLength: 6 }) }), { maxLength: 120 });
    fc.assert(
      fc.property(events, fc.nat(150), fc.boolean(), (made, reported, buffered) => {
        const answer = response(made, { reported, buffered, finishIndex: made.length - 1 });
        expect(countTokens(answer, impatient)).toEqual(countTokens(answer, pairs));
      }),
    );
  });

  it('a running usage counts for each chunk, also for chunks without text', () => {
    const events = [{ total: 0 }, { text: 'Hi', total: 2 }, { total: 3 }, { text: '!', total: 4 }, { total: 5 }];
    expect(summary(countTokens(response(events, { reported: 5, finishIndex: 4 }), pairs))).toEqual({
      tokens: [0, 2, 1, 1, 1],
      kind: 'occcc',
      chunkSource: 'continuous-usage',
      total: 5,
      totalSource: 'usage',
    });
  });

  it('usage after the finish belongs to no chunk', () => {
    const events = [{ text: 'a', total: 1 }, { text: 'b', total: 2 }, { total: 2 }, { total: 3 }];
    const counts = summary(countTokens(response(events, { reported: 3, finishIndex: 2 })));
    expect(counts).toMatchObject({ tokens: [1, 1, 0, 0], kind: 'ccoo', total: 3 });
  });

  it.each([
    ['the total on every chunk', [3, 3, 3]],
    ['zero until the end', [0, 0, 0]],
    ['a count that falls', [1, 3, 2]],
    ['usage on the last chunk alone', [undefined, undefined, 3]],
  ])('%s is no running count', (_, totals) => {
    const events = totals.map((total, i) => ({ text: 'abc'[i] ?? '', ...(total !== undefined && { total }) }));
    const counts = summary(countTokens(response(events, { reported: 3, finishIndex: 2 })));
    expect(counts).toMatchObject({ tokens: [1, 1, 1], chunkSource: 'chunk', total: 3, totalSource: 'usage' });
  });

  it('token ids come next and are a total too', () => {
    const events = [
      { text: 'a', ids: 2 },
      { kind: 'other' as const, ids: 1 },
      { text: 'b', ids: 1 },
    ];
    expect(summary(countTokens(response(events), pairs))).toMatchObject({
      tokens: [2, 1, 1],
      kind: 'ccc',
      chunkSource: 'token-ids',
      total: 4,
      totalSource: 'token-ids',
    });
  });

  it('the tokenizer counts the text so far, whatever its kind', () => {
    const events = [
      {},
      { text: 'abc', kind: 'reasoning' as const },
      { text: 'd' },
      { text: 'efgh', kind: 'tool' as const },
    ];
    expect(summary(countTokens(response(events), pairs))).toEqual({
      tokens: [0, 2, 0, 2],
      kind: 'orct',
      chunkSource: 'tokenizer',
      total: 4,
      totalSource: 'tokenizer',
    });
  });

  it('a tokenizer that usage refutes gives way to one token a chunk that usage confirms', () => {
    const events = Array.from({ length: 10 }, () => ({ text: 'four' }));
    const counts = countTokens(response(events, { reported: 10, finishIndex: 9 }), pairs);
    expect(counts).toMatchObject({ chunkSource: 'chunk', total: 10, totalSource: 'usage' });
    const unconfirmed = countTokens(response(events, { reported: 15, finishIndex: 9 }), pairs);
    expect(unconfirmed).toMatchObject({ chunkSource: 'tokenizer', total: 15, totalSource: 'usage' });
  });

  it('as many tokens reported as chunks with text are one each, whatever a tokenizer would make of them', () => {
    const events = Array.from({ length: 100 }, (_, i) => ({ text: i % 2 ? 'abc' : 'd' }));
    const never: CountPieces = () => {
      throw new Error('nothing to be counted');
    };
    const counts = countTokens(response([{}, ...events], { reported: 100, finishIndex: 100 }), never);
    expect(counts).toMatchObject({ chunkSource: 'chunk', total: 100, totalSource: 'usage' });
    expect(Array.from(counts.tokens)).toEqual([0, ...events.map(() => 1)]);
    const fits = countTokens(
      response(
        events.map(() => ({ text: 'ab' })),
        { reported: 99, finishIndex: 99 },
      ),
      pairs,
    );
    expect(fits).toMatchObject({ chunkSource: 'tokenizer', total: 99 });
  });

  it('without anything else a chunk is a token and the total an estimate', () => {
    const counts = countTokens(response([{ text: 'a' }, {}, { text: 'b' }]));
    expect(summary(counts)).toMatchObject({
      tokens: [1, 0, 1],
      chunkSource: 'chunk',
      total: 2,
      totalSource: 'estimate',
    });
  });

  it('an answer in one piece is never one token because it is one chunk', () => {
    const whole = response([{ text: 'x'.repeat(40) }], { buffered: true, finishIndex: 0 });
    expect(countTokens(whole)).toMatchObject({ total: 10, totalSource: 'estimate' });
    expect(countTokens(whole, pairs)).toMatchObject({ total: 20, totalSource: 'tokenizer' });
  });

  it('a cut answer has no more tokens than came, whatever the last usage says', () => {
    const events = [
      { text: 'a', total: 1 },
      { text: 'b', total: 2 },
    ];
    expect(countTokens(response(events, { reported: 2 }))).toMatchObject({ total: 2, totalSource: 'continuous-usage' });
  });

  it('no text is no token, and a zero in usage is not believed where there is text', () => {
    const nothing = summary(countTokens(response([{}, { kind: 'content' }]), pairs));
    expect(nothing).toEqual({ tokens: [0, 0], kind: 'oo' });
    const stub = countTokens(response([{ text: 'abcd' }], { reported: 0, finishIndex: 0 }), pairs);
    expect(stub).toMatchObject({ total: 2, totalSource: 'tokenizer' });
  });

  it('`other` and no tokens are the same thing, unless a tokenizer gives a piece of text none', () => {
    const event = fc.record(
      {
        kind: fc.constantFrom(...chunkKinds),
        text: fc.string({ maxLength: 3 }),
        ids: fc.nat({ max: 3 }),
        total: fc.nat({ max: 9 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 12 }),
        fc.option(fc.nat({ max: 20 }), { nil: undefined }),
        (list, reported) => {
          const events = list.map(({ text, ...rest }) => ({ ...rest, ...(rest.kind !== 'other' && text && { text }) }));
          const given = response(events, reported === undefined ? {} : { reported });
          const { tokens, kind } = countTokens(given, pairs);
          for (let i = 0; i < kind.length; i++) {
            const isOther = kind[i] === chunkKinds.indexOf('other');
            if (isOther) expect(tokens[i]).toBe(0);
            else expect((tokens[i] ?? 0) > 0 || !given.texts.isEmpty(i)).toBe(true);
          }
        },
      ),
    );
  });
});
