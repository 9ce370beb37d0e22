import { chunkKinds, type TokenSource } from '../core/record.ts';

/**
 * Tokens of each piece of one text, counted on the text so far: their sum is the count of the whole. It may give up,
 * undefined, once that exceeds `most`.
 */
export type CountPieces = (pieces: readonly string[], most: number) => readonly number[] | undefined;

/** The text of each event, in order; decoded only where it must be. */
export interface EventTexts {
  isEmpty(index: number): boolean;
  /** '' where an event has none. */
  pieces(): readonly string[];
}

export interface CountedResponse {
  /** Index into `chunkKinds` of each event, as the decoder saw it. */
  readonly kind: Uint8Array;
  readonly texts: EventTexts;
  /** Sparse: count by the server's token ids, and the cumulative completion tokens of `usage`. */
  readonly tokenIds: readonly (number | undefined)[];
  readonly cumulative: readonly (number | undefined)[];
  /** Index of the event that carried the finish reason; absent: none did. */
  readonly finishIndex?: number;
  /** The last `usage.completion_tokens` of the response. */
  readonly reported?: number;
  /** The server answered in one piece, so that chunks say nothing about tokens. */
  readonly buffered: boolean;
}

export interface TokenCounts {
  readonly tokens: Uint32Array;
  readonly kind: Uint8Array;
  readonly chunkSource?: TokenSource;
  readonly total?: number;
  readonly totalSource?: TokenSource;
}

interface PerChunk {
  readonly tokens: Uint32Array;
  readonly source: TokenSource;
}

const other = chunkKinds.indexOf('other');
const content = chunkKinds.indexOf('content');

/** Share by which per-chunk counts may differ from the reported total before they are doubted. */
const tolerance = 0.02;

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
};

const carriesText = ({ kind, texts }: CountedResponse, index: number): boolean =>
  kind[index] !== other && !texts.isEmpty(index);

/**
 * Tokens per chunk, in the order of trust: continuous usage, token ids, tokenizer on the cumulative
 * text, one a content chunk. In total: usage, tokenizer, estimate. Where the total is reported and is
 * that of the chunks with text, each of which holds one token at least, each holds one: no other
 * vocabulary than the model's could tell better. Where it refutes the tokenizer but confirms one token a chunk within
 * the tolerance, that is used. Chunks that turn out to hold tokens without text become `content`.
 */
export function countTokens(response: CountedResponse, countPieces?: CountPieces): TokenCounts {
  const perChunk = byContinuousUsage(response) ?? byTokenIds(response) ?? bestGuess(response, countPieces) ?? undefined;
  const kind = response.kind.slice();
  if (!perChunk) {
    // Kinds promise tokens; an event without text has none.
    return { tokens: new Uint32Array(kind.length), kind: kind.fill(other), ...total(response, undefined) };
  }
  const { tokens, source } = perChunk;
  for (let i = 0; i < kind.length; i++) {
    if ((tokens[i] ?? 0) > 0 && kind[i] === other) kind[i] = content;
    else if (tokens[i] === 0 && !carriesText(response, i)) kind[i] = other;
  }
  return { tokens, kind, chunkSource: source, ...total(response, perChunk) };
}

/** Differences of the cumulative count, if every event with text has one and they grow as tokens do. */
function byContinuousUsage(response: CountedResponse): PerChunk | undefined {
  const { kind, cumulative, finishIndex = kind.length } = response;
  if (cumulative.length === 0) return undefined;
  const tokens = new Uint32Array(kind.length);
  let before = 0;
  let withText = 0;
  let grown = 0;
  for (let i = 0; i < kind.length; i++) {
    const reported = cumulative[i];
    const hasText = carriesText(response, i);
    if (reported === undefined) {
      if (hasText) return undefined;
      continue;
    }
    if (reported < before) return undefined;
    // Usage that follows the finish belongs to no chunk.
    if (hasText || i <= finishIndex) tokens[i] = reported - before;
    if (hasText) withText++;
    if (hasText && reported > before) grown++;
    before = reported;
  }
  // A constant, a zero or the total on every chunk is not a running count.
  return grown > 0 && grown * 2 >= withText ? { tokens, source: 'continuous-usage' } : undefined;
}

function byTokenIds(response: CountedResponse): PerChunk | undefined {
  const { kind, tokenIds } = response;
  if (tokenIds.length === 0) return undefined;
  const tokens = new Uint32Array(kind.length);
  for (let i = 0; i < kind.length; i++) {
    const count = tokenIds[i];
    if (count === undefined && carriesText(response, i)) return undefined;
    tokens[i] = count ?? 0;
  }
  return sum(tokens) > 0 ? { tokens, source: 'token-ids' } : undefined;
}

function bestGuess(response: CountedResponse, countPieces: CountPieces | undefined): PerChunk | undefined {
  const single = onePerChunk(response);
  if (!single || !countPieces) return single;
  const { reported } = response;
  if (!reported || response.buffered) return byTokenizer(response, countPieces) ?? single;
  const apart = Math.max(1, tolerance * reported);
  const agrees = ({ tokens }: PerChunk): boolean => Math.abs(sum(tokens) - reported) <= apart;
  if (sum(single.tokens) === reported) return single;
  if (!agrees(single)) return byTokenizer(response, countPieces) ?? single;
  // Beyond this the tokenizer is refuted, and counting on says no more.
  const counted = byTokenizer(response, countPieces, reported + apart);
  return counted && agrees(counted) ? counted : single;
}

function byTokenizer(
  response: CountedResponse,
  countPieces: CountPieces,
  most = Number.POSITIVE_INFINITY,
): PerChunk | undefined {
  const indices: number[] = [];
  for (let i = 0; i < response.kind.length; i++) if (carriesText(response, i)) indices.push(i);
  const texts = response.texts.pieces();
  const pieces = indices.map((index) => texts[index] ?? '');
  const counts = countPieces(pieces, most);
  if (!counts) return undefined;
  const tokens = new Uint32Array(response.kind.length);
  indices.forEach((index, i) => {
    tokens[index] = Math.max(0, counts[i] ?? 0);
  });
  return { tokens, source: 'tokenizer' };
}

function onePerChunk(response: CountedResponse): PerChunk | undefined {
  const tokens = new Uint32Array(response.kind.length);
  for (let i = 0; i < tokens.length; i++) tokens[i] = carriesText(response, i) ? 1 : 0;
  return sum(tokens) > 0 ? { tokens, source: 'chunk' } : undefined;
}

/** Characters a token stands for in most text: the last resort for an answer in one piece. */
const charactersPerToken = 4;

function total(
  response: CountedResponse,
  perChunk: PerChunk | undefined,
): { total: number; totalSource: TokenSource } | undefined {
  const { reported, finishIndex } = response;
  const cut = finishIndex === undefined && perChunk?.source === 'continuous-usage';
  if (reported && !cut) return { total: reported, totalSource: 'usage' };
  if (!perChunk) return undefined;
  if (perChunk.source !== 'chunk') return { total: sum(perChunk.tokens), totalSource: perChunk.source };
  return { total: response.buffered ? byLength(response) : sum(perChunk.tokens), totalSource: 'estimate' };
}

function byLength({ texts }: CountedResponse): number {
  const characters = texts.pieces().reduce((length, text) => length + text.length, 0);
  return Math.ceil(characters / charactersPerToken);
}
