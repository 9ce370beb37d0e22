/** A sentence in which some words carry the weight; plain text everywhere, bold on a page. */
export type Words = readonly (string | { readonly strong: string })[];

export const strong = (text: string): { readonly strong: string } => ({ strong: text });

export const plain = (words: Words): string =>
  words.map((word) => (typeof word === 'string' ? word : word.strong)).join('');

/** "a, b and c" */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
