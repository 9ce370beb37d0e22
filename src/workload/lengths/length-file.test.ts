import { describe, expect, it } from 'vitest';
import { lengthColumn, parseLengthFile } from './length-file.ts';
import { pairsFromFile } from './pairs.ts';

const column = (text: string, name?: string): number[] =>
  lengthColumn(parseLengthFile(text), name === undefined ? {} : { column: name });

describe('a column of lengths', () => {
  it.each([
    ['numbers alone', '5\n6\n7\n', [5, 6, 7]],
    ['a header', 'tokens\n5\n6\n', [5, 6]],
    ['Windows line ends, a byte-order mark and an empty line', '\uFEFFtokens\r\n5\r\n\r\n6\r\n', [5, 6]],
    ['a JSON list', '[5, 6]', [5, 6]],
    ['a JSON list of objects with one field', '[{"n": 5}, {"n": 6}]', [5, 6]],
  ])('is read from %s', (_, text, expected) => {
    expect(column(text)).toEqual(expected);
  });

  it('is found by its name among others that are no numbers', () => {
    const text = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00,374,44\n2024-05-10 00:00:01,396,109\n';
    expect(column(text, 'GeneratedTokens')).toEqual([44, 109]);
  });

  it.each([
    ['an empty file', '  \n', 'the file is empty'],
    ['a broken JSON', '[5,', /^not valid JSON/],
    ['an empty JSON list', '[]', 'expected a JSON list with at least one row'],
    ['JSON rows of text', '["a"]', 'expected rows of numbers, pairs or objects'],
    ['a fraction', '5\n6.5\n', 'row 2 of column "1": expected a whole number of tokens, at least 1'],
    ['a zero', 'n\n0\n', 'row 1 of column "n": expected a whole number of tokens, at least 1'],
    ['a missing cell', 'n\n5\nx\n', 'row 2 of column "n": expected a whole number of tokens, at least 1'],
    ['several columns and no name', 'a,b\n1,2\n', 'no column for lengths; columns: a, b'],
  ])('refuses %s', (_, text, message) => {
    expect(() => column(text)).toThrow(message);
  });

  it('lists the columns when the named one is missing', () => {
    expect(() => column('a,b\n1,2\n', 'c')).toThrow('no column "c"; columns: a, b');
  });
});

describe('pairs', () => {
  it.each([
    ['a published trace', 'TIMESTAMP,ContextTokens,GeneratedTokens\nx,374,44\nx,396,109\n'],
    ['columns in the other order', 'output,input\n44,374\n109,396\n'],
    ['no header: the first is the prompt', '374,44\n396,109\n'],
    ['JSON pairs', '[[374, 44], [396, 109]]'],
    ['JSON objects', '[{"input_tokens": 374, "output_tokens": 44}, {"input_tokens": 396, "output_tokens": 109}]'],
  ])('are read from %s', (_, text) => {
    expect(pairsFromFile(text)).toEqual([
      [374, 44],
      [396, 109],
    ]);
  });

  it('need both columns', () => {
    expect(() => pairsFromFile('input\n5\n')).toThrow('no column for output; columns: input');
  });
});
