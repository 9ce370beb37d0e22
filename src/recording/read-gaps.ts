import type { RequestRecord } from '../core/record.ts';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';

/** Enough for a median; the rest of a large run is passed over evenly. */
const mostGaps = 100_000;

/** Median time between two reads of one stream that brought tokens; undefined where no stream had two. */
export function medianReadGap(records: readonly RequestRecord[]): Nanoseconds | undefined {
  const chunks = records.reduce((count, record) => count + record.chunks.at.length, 0);
  const stride = Math.max(1, Math.ceil(chunks / mostGaps));
  const gaps: number[] = [];
  let passed = 0;
  for (const { chunks: columns } of records) {
    let before: number | undefined;
    for (let i = 0; i < columns.at.length; i++) {
      if ((columns.tokens[i] ?? 0) === 0) continue;
      if (before !== undefined && columns.read[i] !== columns.read[before] && passed++ % stride === 0) {
        gaps.push((columns.at[i] ?? 0) - (columns.at[before] ?? 0));
      }
      before = i;
    }
  }
  if (gaps.length === 0) return undefined;
  return nanoseconds(Float64Array.from(gaps).sort()[Math.ceil(gaps.length / 2) - 1] ?? 0);
}
