import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './repository.mjs';

/** A page: the template with script and style inlined, filled when there is something to show. */
const pages = [
  { name: 'report', entry: 'main.ts' },
  { name: 'analysis', entry: 'analysis.ts' },
];

export async function buildPages(folder = join(repository, 'dist', 'web')) {
  const style = await bundle('styles/report.css');
  mkdirSync(folder, { recursive: true });
  const sizes = [];
  for (const { name, entry } of pages) {
    const script = (await bundle(entry, 'iife')).replaceAll('</script', '<\\/script');
    writeFileSync(join(folder, `${name}.html`), pageOf({ script, style }));
    sizes.push({ name, script: script.length, style: style.length });
  }
  return sizes;
}

async function bundle(entry, format) {
  const { outputFiles } = await build({
    entryPoints: [join(repository, 'web', entry)],
    bundle: true,
    minify: true,
    write: false,
    target: ['chrome111', 'firefox113', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    ...(format === undefined ? {} : { format }),
  });
  return outputFiles[0].text.trim();
}

function pageOf({ script, style }) {
  const hash = createHash('sha256').update(script).digest('base64');
  // Only this very script may run, so that nothing a server sent can.
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const parts = { policy, style, script };
  return readFileSync(join(repository, 'web', 'report.html'), 'utf8').replace(
    /\/\*build:(style|script)\*\/|build:(policy)/g,
    (_, part, other) => parts[part ?? other],
  );
}

if (process.argv[1] === import.meta.filename) {
  // A folder to write to may be given, so that a test need not wait for a whole build.
  for (const { name, script, style } of await buildPages(process.argv[2])) {
    console.log(`${name} page: script ${Math.round(script / 1024)} kB, style ${Math.round(style / 1024)} kB`);
  }
}
