import { MetronError } from './errors.ts';

export interface Definition {
  /** The string a user types; also the name of the file that defines it. */
  readonly kind: string;
}

export interface Registry<D extends Definition> {
  readonly all: readonly D[];
  readonly kinds: readonly string[];
  /** The definition of this kind; an unknown kind lists the known ones and the nearest. */
  get(kind: string): D;
  has(kind: string): boolean;
}

/** A hand-written list of definitions. A duplicate throws at start. */
export function registry<D extends Definition>(noun: string, definitions: readonly D[]): Registry<D> {
  const byKind = new Map<string, D>();
  for (const definition of definitions) {
    if (byKind.has(definition.kind)) throw new Error(`two definitions of ${noun} "${definition.kind}"`);
    byKind.set(definition.kind, definition);
  }
  const kinds = [...byKind.keys()];
  return {
    all: definitions,
    kinds,
    has: (kind) => byKind.has(kind),
    get(kind) {
      const found = byKind.get(kind);
      if (found) return found;
      const near = nearest(kind, kinds);
      throw new MetronError('UNKNOWN_KIND', `unknown ${noun} "${kind}"; known: ${kinds.join(', ')}`, {
        ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      });
    },
  };
}

/** The known name a user most likely meant, if any is close enough. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  // Two letters of three are no likeness.
  let bestDistance = Math.max(Math.min(2, Math.floor(name.length / 2)), Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitute, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
