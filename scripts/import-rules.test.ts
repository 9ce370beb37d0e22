import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('import-rules.mjs', import.meta.url));
const compilerOptions = fileURLToPath(new URL('../tsconfig.json', import.meta.url));

const planted: string[] = [];
afterEach(async () => {
  for (const folder of planted.splice(0)) await rm(folder, { recursive: true });
});

/** Runs the import lint of this repository over a tree made of these files. */
async function lint(files: Record<string, string>): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'metron-import-rules-'));
  planted.push(folder);
  await cp(compilerOptions, join(folder, 'tsconfig.json'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: folder });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout };
  }
}

const clean = {
  'src/core/units.ts': 'export const zero = 0;\n',
  'src/metrics/ttft.ts': "import { zero } from '../core/units.ts';\nexport const ttft = zero;\n",
  'src/dispatch/open-loop.ts': "import { zero } from '../core/units.ts';\nexport const openLoop = zero;\n",
};

describe('the import rules', { timeout: 60_000 }, () => {
  it('pass a tree that keeps them', async () => {
    expect(await lint(clean)).toEqual({ code: 0, output: '3 modules, 0 violations\n' });
  });

  it.each([
    ['metrics-imports', 'src/metrics/bad.ts', "export { openLoop } from '../dispatch/open-loop.ts';\n"],
    [
      'metrics-imports',
      'src/metrics/bad.ts',
      "import type { openLoop } from '../dispatch/open-loop.ts';\nexport type Bad = typeof openLoop;\n",
    ],
    ['pure-stages-run-in-the-browser', 'src/metrics/bad.ts', "export { readFile } from 'node:fs/promises';\n"],
    ['pure-stages-run-in-the-browser', 'src/core/bad.ts', "export { readFile } from 'node:fs/promises';\n"],
    ['core-imports', 'src/core/bad.ts', "export { openLoop } from '../dispatch/open-loop.ts';\n"],
    ['engine-core-has-no-io', 'src/engine/bad.ts', "export { createServer } from 'node:http';\n"],
    ['web-imports-pure-stages', 'web/bad.ts', "export { openLoop } from '../src/dispatch/open-loop.ts';\n"],
    ['not-to-test', 'src/core/bad.ts', "export { zero } from './zero.test.ts';\n"],
  ])('catch a planted violation of %s in %s', async (rule, path, text) => {
    const { code, output } = await lint({
      ...clean,
      'src/core/zero.test.ts': 'export const zero = 0;\n',
      [path]: text,
    });
    expect(code).toBe(1);
    expect(output).toContain(`${path} → `);
    expect(output).toContain(`breaks ${rule}`);
  });

  it('catch a cycle', async () => {
    const { code, output } = await lint({
      ...clean,
      'src/core/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
      'src/core/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
    });
    expect(code).toBe(1);
    expect(output).toContain('breaks no-cycles');
  });

  it('fail when no module was seen at all', async () => {
    const nowhereItLooks = { 'src/notes.txt': 'no code here\n', 'scripts/some.ts': 'export const one = 1;\n' };
    expect(await lint(nowhereItLooks)).toEqual({ code: 1, output: '0 modules, 0 violations\n' });
  });
});
