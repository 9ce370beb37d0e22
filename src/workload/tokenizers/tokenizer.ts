/** Counts tokens of text. Ours is rarely the server's own, so every count names the tokenizer it comes from. */
export interface Tokenizer {
  /** What a user types; also the name of the file. */
  readonly kind: string;
  readonly summary: string;
  /** Exact name of the vocabulary, as a manifest discloses it. */
  readonly id: string;
  /** Tokens of a text taken as plain text: names of special tokens inside it are letters like any others. */
  count(text: string): number;
  /**
   * Tokens of each piece of a text that arrived in pieces. A token belongs to the piece that holds
   * its first byte; the sum is exactly `count` of the whole text.
   */
  countPieces(pieces: readonly string[]): number[];
  /** Undefined as soon as the sum is sure to exceed `most`: what is of no use need not be counted to its end. */
  countPieces(pieces: readonly string[], most: number): number[] | undefined;
  /**
   * What it makes of the words of prompts, without its vocabulary. Promises that counts add up at spaces; absent
   * where they do not, or where nobody has counted: then every prompt is.
   */
  corpusWords?(): CorpusWords;
}

/** Counts of the words of `content/corpus.ts`. */
export interface CorpusWords {
  /** Tokens of a word, its punctuation included, after a space. */
  tokens(word: string): number;
  /** Whether a word of at least three letters, in lower case, is one token after a space and at the start of a text. */
  startsText(word: string): boolean;
}
