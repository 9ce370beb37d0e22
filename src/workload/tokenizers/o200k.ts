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

function countPieces(pieces: readonly string[]): number[] {
  const bytesOf = byteLengths();
  const counts = pieces.map(() => 0);
  let piece = -1;
  let pieceEnd = 0;
  let tokenStart = 0;
  for (const token of encoding().encode(pieces.join(''), asPlainText)) {
    while (tokenStart >= pieceEnd && piece + 1 < pieces.length) {
      piece++;
      pieceEnd += Buffer.byteLength(pieces[piece] ?? '');
    }
    counts[piece] = (counts[piece] ?? 0) + 1;
    tokenStart += bytesOf[token] ?? 0;
  }
  return counts;
}

export const o200k: Tokenizer = {
  kind: 'o200k',
  summary: 'the o200k_base vocabulary, bundled; no download',
  id: 'o200k_base',
  count: (text) => encoding().countTokens(text, asPlainText),
  countPieces,
  corpusWords,
};
