import type { HeatCell, HeatChart } from '../../src/plots/analyses/chart.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing } from './drawing.ts';
import { textWidth } from './measure.ts';

/** The darkest cell still lets its number be read in either theme. */
const darkest = 40;

/** A table whose shades say how much. */
export function drawHeat(chart: HeatChart, width: number): Drawing {
  const k = unit();
  const { rows, columns, cells } = chart;
  const left = Math.max(...rows.map((text) => textWidth(text)), 0) + 12 * k;
  const top = 44 * k;
  const [wide, tall] = [(width - left - 2) / columns.length, 34 * k];
  const height = Math.round(top + rows.length * tall + 8 * k);
  const svg = s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true });
  const corner = (row: number, column: number): [number, number] => [left + column * wide, top + row * tall];
  svg.append(
    ...axisTitles(chart, width),
    ...columns.map((each, i) => text(each, left + (i + 0.5) * wide, top - 9 * k, 'middle', 'label')),
    ...rows.map((each, i) => text(each, left - 8 * k, top + (i + 0.5) * tall + 4 * k, 'end', 'label')),
    ...cells.flatMap((line, row) => line.flatMap((cell, column) => cellOf(cell, corner(row, column), wide, tall))),
    s('g', { class: 'reading' }),
  );
  const index = (x: number, y: number): number => {
    const column = clamp(Math.floor((x - left) / wide), columns.length);
    return clamp(Math.floor((y - top) / tall), rows.length) * columns.length + column;
  };
  return {
    svg,
    reading: {
      count: rows.length * columns.length,
      start: 0,
      columns: columns.length,
      near: index,
      at: (i) => {
        const [row, column] = [Math.floor(i / columns.length), i % columns.length];
        const [x, y] = corner(row, column);
        return { marks: [frame(x, y, wide, tall)], words: cells[row]?.[column]?.words ?? [] };
      },
    },
  };
}

/** Side by side where both fit; else that of the rows alone. */
function axisTitles({ rowTitle, columnTitle }: HeatChart, width: number): SVGElement[] {
  const [down, across] = [`${rowTitle} ↓`, `${columnTitle} →`];
  const y = 11 * unit();
  const both = textWidth(down) + textWidth(across) + 12 < width;
  return [text(down, 0, y, 'start', 'axis'), ...(both ? [text(across, width - 2, y, 'end', 'axis')] : [])];
}

const clamp = (value: number, n: number): number => Math.max(0, Math.min(n - 1, value));

function cellOf({ text: content, level, turned }: HeatCell, [x, y]: [number, number], wide: number, tall: number) {
  const k = unit();
  const fill =
    level === undefined
      ? 'var(--wash)'
      : `color-mix(in srgb, var(--data) ${Math.round(4 + level * (darkest - 4))}%, var(--paper))`;
  return [
    s('rect', { x: px(x + 1), y: px(y + 1), width: px(wide - 2), height: px(tall - 2), fill }),
    ...(turned ? [frame(x + 2, y + 2, wide - 4, tall - 4)] : []),
    text(turned ? `${content} ↔` : content, x + wide / 2, y + tall / 2 + 4 * k, 'middle', turned ? 'strong' : 'label'),
  ];
}

const frame = (x: number, y: number, wide: number, tall: number): SVGElement =>
  s('rect', {
    x: px(x),
    y: px(y),
    width: px(wide),
    height: px(tall),
    fill: 'none',
    stroke: 'var(--ink)',
    'stroke-width': 2,
  });

function text(content: string, x: number, y: number, anchor: string, kind: string): SVGTextElement {
  const size = px(12 * unit());
  return s('text', { x: px(x), y: px(y), 'font-size': size, 'text-anchor': anchor, class: kind }, content);
}
