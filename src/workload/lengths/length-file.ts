import { MetronError } from '../../core/errors.ts';

/** Rows of numbers by column name; a file without names has columns "1", "2" … */
export interface LengthFile {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

const fail = (detail: string): never => {
  throw new MetronError('LENGTH_FILE_INVALID', detail, {
    hint: 'one request a row: CSV with a header such as input,output, or a JSON list of numbers, pairs or objects',
  });
};

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1));

function parseCsv(text: string): LengthFile {
  const lines = text.split(/\r\n|\r|\n/);
  const first = (lines[0] ?? '').split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const hasHeader = first.some((cell) => cell !== '' && Number.isNaN(Number(cell)));
  const rows: number[][] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '' || (hasHeader && index === 0)) return;
    // Other columns, such as time stamps, need not be numbers; the chosen ones are checked when they are taken.
    rows.push(line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))));
  });
  return { columns: hasHeader ? first : numbered(first.length), rows };
}

function parseJson(text: string): LengthFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return fail(`not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!Array.isArray(value) || value.length === 0) return fail('expected a JSON list with at least one row');
  const sample: unknown = value[0];
  if (typeof sample === 'number') return { columns: ['1'], rows: value.map((row) => [Number(row)]) };
  if (Array.isArray(sample)) {
    return {
      columns: numbered(sample.length),
      rows: value.map((row) => (Array.isArray(row) ? row.map(Number) : [])),
    };
  }
  if (typeof sample !== 'object' || sample === null) return fail('expected rows of numbers, pairs or objects');
  const columns = Object.keys(sample);
  return {
    columns,
    rows: value.map((row: unknown) =>
      columns.map((column) => Number((row as Readonly<Record<string, unknown>> | null)?.[column])),
    ),
  };
}

export function parseLengthFile(text: string): LengthFile {
  const content = text.replace(/^\uFEFF/, '').trim();
  if (content === '') return fail('the file is empty');
  return content.startsWith('[') || content.startsWith('{') ? parseJson(content) : parseCsv(content);
}

/** Names under which published traces keep these columns. */
const known = {
  input: ['input', 'prompt', 'input_tokens', 'prompt_tokens', 'input_length', 'contexttokens', 'num_prefill_tokens'],
  output: [
    'output',
    'completion',
    'output_tokens',
    'completion_tokens',
    'output_length',
    'generatedtokens',
    'num_decode_tokens',
  ],
} as const;

/** Without a header the first column is the prompt and the second the answer. */
function placeOf(columns: readonly string[], role: keyof typeof known | undefined): number {
  if (role === undefined) return columns.length === 1 ? 0 : -1;
  const byName = columns.findIndex((name) => known[role].some((alias) => alias === name.toLowerCase()));
  const unnamed = columns.length > 1 && columns[0] === '1';
  return byName < 0 && unnamed ? Object.keys(known).indexOf(role) : byName;
}

/** The lengths of one column: the named one, the one that says `role`, or the only one. */
export function lengthColumn(file: LengthFile, wanted: { column?: string; role?: keyof typeof known }): number[] {
  const { column, role } = wanted;
  const index = column === undefined ? placeOf(file.columns, role) : file.columns.indexOf(column);
  if (index < 0) {
    return fail(
      `no column ${column ? `"${column}"` : `for ${role ?? 'lengths'}`}; columns: ${file.columns.join(', ')}`,
    );
  }
  return file.rows.map((row, i) => {
    const length = row[index];
    if (length === undefined || !Number.isInteger(length) || length < 1) {
      return fail(`row ${i + 1} of column "${file.columns[index]}": expected a whole number of tokens, at least 1`);
    }
    return length;
  });
}
