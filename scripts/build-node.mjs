import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { repository } from './repository.mjs';

/** What a run starts: the command line, whose verbs are parts loaded when asked for, and the threads. */
const entries = [
  { path: 'cli/main', inParts: true },
  { path: 'instrument/receiver' },
  { path: 'instrument/recorder' },
  { path: 'instrument/beacon' },
  { path: 'instrument/metronome' },
  { path: 'instrument/courier' },
];

const part = 'part-';

/**
 * Puts each entry and the modules of ours that it needs into one file, in place of the compiled entry: opening and
 * linking hundreds of small files takes longer than running them, in every thread anew. All others stay as they
 * were compiled, for those who import the package.
 */
export async function bundleEntries(folder = join(repository, 'dist')) {
  for (const { path, inParts = false } of entries) {
    const outdir = dirname(join(folder, path));
    if (inParts) removeParts(outdir);
    await build({
      entryPoints: [join(repository, 'src', `${path}.ts`)],
      outdir,
      bundle: true,
      splitting: inParts,
      chunkNames: `${part}[hash]`,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      charset: 'utf8',
      // A constant of a module becomes a `var` in a bundle, which V8 reads from memory each time; with this it is inlined.
      minifySyntax: true,
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'warning',
      plugins: [ownAddresses(dirname(join(repository, 'src', path)))],
    });
  }
}

/** Parts of an earlier build have other names. */
function removeParts(folder) {
  for (const name of readdirSync(folder)) if (name.startsWith(part)) rmSync(join(folder, name));
}

/** Files beside a module are found from where it was compiled to, not from the file that holds it now. */
const ownAddresses = (folder) => ({
  name: 'own-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const compiled = relative(folder, path).replaceAll('\\', '/').replace(/\.ts$/, '.js');
      const address = `new URL(${JSON.stringify(compiled)}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', address), loader: 'ts' };
    });
  },
});

if (process.argv[1] === import.meta.filename) await bundleEntries(process.argv[2]);
