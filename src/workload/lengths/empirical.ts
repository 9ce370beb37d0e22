import { z } from 'zod';
import type { Random } from '../../core/random.ts';
import { defineLength } from './length.ts';
import { lengthColumn, parseLengthFile } from './length-file.ts';
import { tokens } from './tokens.ts';

type Quantile = readonly [share: number, tokens: number];

function problemOfTable(table: readonly Quantile[]): string | undefined {
  if (table[0]?.[0] !== 0 || table.at(-1)?.[0] !== 1) return 'the table must start at share 0 and end at share 1';
  for (let i = 1; i < table.length; i++) {
    const [share, length] = table[i] ?? [0, 0];
    const [shareBefore, lengthBefore] = table[i - 1] ?? [0, 0];
    if (share <= shareBefore) return 'the shares of the table must ascend';
    if (length < lengthBefore) return 'the lengths of the table must not fall';
  }
  return undefined;
}

/** Inverse of the distribution function, linear between its points. */
function quantileAt(table: readonly Quantile[], share: number): number {
  const after = table.findIndex(([s]) => s > share);
  const [highShare, high] = table[after] ?? table.at(-1) ?? [1, 1];
  const [lowShare, low] = table[after - 1] ?? [0, high];
  return Math.round(low + ((high - low) * (share - lowShare)) / (highShare - lowShare));
}

const options = z
  .strictObject({
    table: z
      .array(z.tuple([z.number().min(0).max(1), tokens]))
      .min(2)
      .optional()
      .describe('quantiles as [share, tokens], from share 0 to share 1, linear in between'),
    file: z.string().min(1).optional().describe('CSV or JSON file with one length a row'),
    column: z
      .string()
      .min(1)
      .optional()
      .describe('column of the file; not needed if there is one, or if its name says it'),
    rows: z.array(tokens).min(1).optional().describe('lengths themselves; each is drawn equally often'),
  })
  .check((context) => {
    const { table, file, column, rows } = context.value;
    const given = [table, file, rows].filter((source) => source !== undefined).length;
    const message =
      given !== 1
        ? 'give exactly one of table, file and rows'
        : column !== undefined && file === undefined
          ? 'column needs a file'
          : table && problemOfTable(table);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  });

export const empirical = defineLength({
  kind: 'empirical',
  summary: 'lengths as they were measured: a quantile table or a file; written as empirical:lengths.csv',
  options,
  example: {
    table: [
      [0, 16],
      [0.5, 300],
      [0.9, 1800],
      [1, 6000],
    ],
  },
  positional: 'file',
  inlined({ file, column, ...rest }, read) {
    if (file === undefined) return rest;
    return { rows: lengthColumn(parseLengthFile(read(file)), column === undefined ? {} : { column }) };
  },
  drawn({ table, rows }) {
    if (table) return (random: Random) => quantileAt(table, random.next());
    return (random: Random) => rows?.[random.below(rows.length)] ?? 1;
  },
});
