import type { Drawn } from '../figure.ts';
import { count, number, plural, share } from '../format.ts';
import type { ScoredRun } from '../scored-run.ts';
import { listed } from '../words.ts';

export interface ChunkSizes {
  /** Tokens in a chunk, share of chunks; the last bar takes all larger ones where `open`. */
  readonly bars: readonly (readonly [tokens: number, share: number])[];
  readonly open: boolean;
}

const subtitle = 'Tokens per chunk. Tokens of one chunk arrive at the same instant; the reader gets them at once.';
const mostBars = 12;

export function chunkSizes({ summary }: ScoredRun): Drawn<ChunkSizes> {
  const { perChunk } = summary.tokens;
  const counts = [...perChunk.counts].filter(({ tokens }) => tokens > 0).sort((a, b) => a.tokens - b.tokens);
  const total = counts.reduce((sum, { chunks }) => sum + chunks, 0);
  const title = 'How tokens are packed';
  if (total === 0) return { title, subtitle, empty: 'No chunk with a token arrived.' };
  const several = counts.filter(({ tokens }) => tokens > 1).reduce((sum, { chunks }) => sum + chunks, 0);
  const largest = counts.at(-1)?.tokens ?? 1;
  const open = largest > mostBars;
  if (counts.length === 1) {
    const single = `All ${count(total)} chunks carried ${largest === 1 ? 'one token' : `${count(largest)} tokens`}. ${sources(summary.tokens)}`;
    return { title: finding(several, total, largest), subtitle, single: single.trim() };
  }
  return {
    title: finding(several, total, largest),
    subtitle,
    note: `n = ${count(total)} chunks, ${number(perChunk.mean)} tokens each on average. ${sources(summary.tokens)}`,
    alt: `Bar chart of tokens per chunk: ${share(several / total)} of chunks hold more than one token, at most ${count(largest)}.`,
    table: {
      head: ['Tokens', 'Chunks', 'Share'],
      rows: counts.slice(0, 40).map(({ tokens, chunks }) => [count(tokens), count(chunks), share(chunks / total)]),
    },
    data: { bars: bars(counts, total), open },
  };
}

function bars(counts: readonly { tokens: number; chunks: number }[], total: number): [number, number][] {
  const shares = new Map<number, number>();
  for (const { tokens, chunks } of counts) {
    const bar = Math.min(tokens, mostBars);
    shares.set(bar, (shares.get(bar) ?? 0) + chunks / total);
  }
  return [...shares];
}

function finding(several: number, total: number, largest: number): string {
  if (several === 0) return total === 1 ? 'The one chunk carried one token' : 'Every chunk carried one token';
  return `${share(several / total)} of chunks carry more than one token, at most ${count(largest)}`;
}

function sources({ chunkSources, divergence, divergentRequests }: ScoredRun['summary']['tokens']): string {
  const named = Object.entries(chunkSources)
    .filter(([, requests]) => requests > 0)
    .map(([source, requests]) => `${source} in ${plural(requests, 'request')}`);
  const from = named.length === 0 ? '' : `Counted by ${listed(named)}. `;
  const apart =
    divergence === undefined
      ? ''
      : Math.abs(divergence) < 5e-4
        ? 'The sums agree with the totals.'
        : `The sums differ from the totals by ${share(Math.abs(divergence))}${divergentRequests > 0 ? `, in ${plural(divergentRequests, 'request')} by more than 2%` : ''}.`;
  return `${from}${apart}`.trim();
}
