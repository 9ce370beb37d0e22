import { lengthColumn, parseLengthFile } from './length-file.ts';

export type LengthPair = readonly [prompt: number, output: number];

/** Prompt and answer lengths of the same request, so that long prompts keep the answers they had. */
export function pairsFromFile(text: string): LengthPair[] {
  const file = parseLengthFile(text);
  const outputs = lengthColumn(file, { role: 'output' });
  return lengthColumn(file, { role: 'input' }).map((prompt, i) => [prompt, outputs[i] ?? 1]);
}
