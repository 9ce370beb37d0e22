import { createColors } from 'picocolors';

/** How a line is dressed. Signs and words alone suffice: without colour nothing is lost. */
export interface Dress {
  bold(text: string): string;
  dim(text: string): string;
  met(text: string): string;
  missed(text: string): string;
  suspect(text: string): string;
}

export function dressFor(color: boolean): Dress {
  const colors = createColors(color);
  return { bold: colors.bold, dim: colors.dim, met: colors.green, missed: colors.magenta, suspect: colors.yellow };
}

/** Visible width: colour codes take none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence starts with a control character
const escapes = /\x1b\[[0-9;]*m/g;
export const widthOf = (text: string): number => [...text.replace(escapes, '')].length;

const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A table without borders; a last column that is too wide is cut, never wrapped. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = 2, gap = 2): string[] {
  const widths = columns.map((column, i) =>
    Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    (
      ' '.repeat(indent) +
      columns
        .map((column, i) => (column.align === 'left' ? padEnd : padStart)(cells[i] ?? '', widths[i] ?? 0))
        .join(' '.repeat(gap))
    ).trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

/** Breaks at spaces so that no line is wider than `width`; later lines are indented by `hang`. */
export function wrap(text: string, width: number, hang = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const limit = width - (lines.length === 0 ? 0 : hang);
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > limit) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, i) => (i === 0 ? each : ' '.repeat(hang) + each));
}
