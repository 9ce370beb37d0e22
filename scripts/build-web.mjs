import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './repository.mjs';

/** Bundles the report's page: one template with script and style inlined, filled by `renderReport`. */
export async function buildPage(folder = join(repository, 'dist', 'web')) {
  const bundle = (entry, format) =>
    build({
      entryPoints: [join(repository, 'web', entry)],
      bundle: true,
      minify: true,
      write: false,
      target: ['chrome111', 'firefox113', 'safari16.4'],
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'warning',
      ...(format === undefined ? {} : { format }),
    }).then(({ outputFiles }) => outputFiles[0].text.trim());
  const script = (await bundle('main.ts', 'iife')).replaceAll('</script', '<\\/script');
  const style = await bundle('styles/report.css');
  const hash = createHash('sha256').update(script).digest('base64');
  // Only this very script may run, so that nothing a server sent can.
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const parts = { policy, style, script };
  const page = readFileSync(join(repository, 'web', 'report.html'), 'utf8').replace(
    /\/\*build:(style|script)\*\/|build:(policy)/g,
    (_, part, other) => parts[part ?? other],
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.html'), page);
  return { script: script.length, style: style.length };
}

if (process.argv[1] === import.meta.filename) {
  // A folder to write to may be given, so that a test need not wait for a whole build.
  const { script, style } = await buildPage(process.argv[2]);
  console.log(`report page: script ${Math.round(script / 1024)} kB, style ${Math.round(style / 1024)} kB`);
}
