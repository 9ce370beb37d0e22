import type { Definition, Registry } from '../../core/registry.ts';
import { registry } from '../../core/registry.ts';

/** Something a user picks by name; `aliases` are other spellings of `kind`. */
export interface Named extends Definition {
  readonly aliases: readonly string[];
}

/** A registry that also answers to aliases, whatever the case. */
export function catalogue<D extends Named>(noun: string, definitions: readonly D[]): Registry<D> {
  const known = registry(noun, definitions);
  const canonical = new Map<string, string>();
  for (const { kind, aliases } of definitions) {
    for (const name of [kind, ...aliases]) {
      const key = name.toLowerCase();
      const other = canonical.get(key);
      if (other !== undefined && other !== kind)
        throw new Error(`${noun} "${name}" means both "${other}" and "${kind}"`);
      canonical.set(key, kind);
    }
  }
  const resolve = (name: string) => canonical.get(name.toLowerCase()) ?? name;
  return {
    all: known.all,
    kinds: known.kinds,
    get: (name) => known.get(resolve(name)),
    has: (name) => known.has(resolve(name)),
  };
}
