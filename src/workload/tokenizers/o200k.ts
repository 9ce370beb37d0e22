import { createRequire } from 'node:module';
import { corpusWords } from './o200k-corpus.ts';
import type { Tokenizer } from './tokenizer.ts';

type Encoding = typeof import('gpt-tokenizer/encoding/o200k_base');
type Vocabulary = typeof import('gpt-tokenizer/bpeRanks/o200k_base');

const asPlainText = { disallowedSpecial: new Set<string>() };

/** Loading the vocabulary takes about 0.2 s, so a process that counts nothing does not pay for it. */
function load() {
  const require = createRequire(import.meta.url);
  const { encode, countTokens } = require('gpt-tokenizer/encoding/o200k_base') as Encoding;
  return { encode, countTokens };
}

let loaded: ReturnType<typeof load> | undefined;
const encoding = () => {
  loaded ??= load();
  return loaded;
};

let lengths: Uint8Array | undefined;

/** UTF-8 bytes of every token of the vocabulary. */
function byteLengths(): Uint8Array {
  if (lengths) return lengths;
  const { default: tokens } = createRequire(import.meta.url)('gpt-tokenizer/bpeRanks/o200k_base') as Vocabulary;
  lengths = Uint8Array.from(tokens, (token) =>
    token === undefined ? 0 : typeof token === 'string' ? Buffer.byteLength(token) : token.length,
  );
  return lengths;
}

/** Pieces counted at once: few enough to stop soon, enough to be worth a call. */
const blockPieces = 16;

/** Where a text can be counted in two parts: no token of this vocabulary goes on from something visible to a space. */
function nextCut(pieces: readonly string[], from: number): number {
  let at = from;
  while (at < pieces.length && !(pieces[at]?.startsWith(' ') && /[!-~]$/.test(pieces[at - 1] ?? ''))) at++;
  return at;
}

function countPieces(pieces: readonly string[]): number[];
function countPieces(pieces: readonly string[], most: number): number[] | undefined;
function countPieces(pieces: readonly string[], most = Number.POSITIVE_INFINITY): number[] | undefined {
  const counts = pieces.map(() => 0);
  let total = 0;
  for (let from = 0, to = 0; from < pieces.length && total <= most; from = to) {
    to = nextCut(pieces, Math.min(from + blockPieces, pieces.length));
    total += countBlock(pieces, from, to, counts);
  }
  return total > most ? undefined : counts;
}

/** Counts the pieces of [from, to), which no token leaves, and returns their sum. */
function countBlock(pieces: readonly string[], from: number, to: number, counts: number[]): number {
  const bytesOf = byteLengths();
  const tokens = encoding().encode(pieces.slice(from, to).join(''), asPlainText);
  let piece = from - 1;
  let pieceEnd = 0;
  let tokenStart = 0;
  for (const token of tokens) {
    while (tokenStart >= pieceEnd && piece + 1 < to) {
      piece++;
      pieceEnd += Buffer.byteLength(pieces[piece] ?? '');
    }
    counts[piece] = (counts[piece] ?? 0) + 1;
    tokenStart += bytesOf[token] ?? 0;
  }
  return tokens.length;
}

export const o200k: Tokenizer = {
  kind: 'o200k',
  summary: 'the o200k_base vocabulary, bundled; no download',
  id: 'o200k_base',
  count: (text) => encoding().countTokens(text, asPlainText),
  countPieces,
  corpusWords,
};
