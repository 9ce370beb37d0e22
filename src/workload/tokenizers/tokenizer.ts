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
}
