import { MetronError } from '../../core/errors.ts';
import { type Definition, nearest, type Registry, registry } from '../../core/registry.ts';

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
    get(name) {
      if (known.has(resolve(name))) return known.get(resolve(name));
      const near = nearest(name, canonical.keys());
      throw new MetronError(
        'UNKNOWN_KIND',
        `unknown ${noun} "${name}"; known: ${definitions.map(spellings).join(', ')}`,
        {
          ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
        },
      );
    },
    has: (name) => known.has(resolve(name)),
  };
}

/** With the aliases that are quicker to type. */
function spellings({ kind, aliases }: Named): string {
  const short = aliases.filter((alias) => alias.length < kind.length);
  return short.length === 0 ? kind : `${kind} (${short.join(', ')})`;
}
