import { unit } from '../dom.ts';

const context = document.createElement('canvas').getContext('2d');

/** Width of a text in pixels, at a size in drawing units. */
export function textWidth(text: string, size = 12, weight = 400): number {
  if (context === null) return text.length * size * 0.6 * unit();
  context.font = `${weight} ${size * unit()}px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}
