// Peers into a scratch folder: each in an environment of its own, at a pinned version.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { capture, run } from '../../scripts/child.mjs';
import { npm } from '../../scripts/install.mjs';

const names = ['python3.12', 'python3.13', 'python3.11', 'python3.10', 'python3', 'python'];

/** Thrown where a peer cannot take part; the message is the reason that is shown. */
export class Skipped extends Error {}

/** Minor versions in the order in which they are taken: all tools have run with the first two. */
const preferred = [12, 13, 11, 10, 14];

/** Interpreters by name, those that pyenv keeps, and one that uv knows. */
async function candidates(oldest) {
  const kept = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(kept) ? readdirSync(kept).map((name) => join(kept, name, 'bin', 'python')) : [];
  const uv = await capture('uv', ['python', 'find', '--no-python-downloads', `>=3.${oldest}`]).catch(() => undefined);
  return [...names, ...versions, ...(uv?.code === 0 ? [uv.output.trim()] : [])];
}

async function minorOf(command) {
  const program = 'import sys; print(*sys.version_info[:2])';
  const { code, output } = await capture(command, ['-c', program]).catch(() => ({ code: 1, output: '' }));
  const match = /^3 (\d+)\s*$/.exec(output);
  return code === 0 && match ? Number(match[1]) : undefined;
}

/** A Python of at least 3.`oldest`; METRON_PYTHON names one. */
async function findPython(oldest) {
  const asked = process.env.METRON_PYTHON;
  const found = new Map();
  for (const command of asked === undefined ? await candidates(oldest) : [asked]) {
    const minor = await minorOf(command);
    if (minor !== undefined && minor >= oldest && !found.has(minor)) found.set(minor, command);
  }
  const minor = asked === undefined ? preferred.find((version) => found.has(version)) : [...found.keys()][0];
  if (minor !== undefined) return found.get(minor);
  throw new Skipped(`needs Python 3.${oldest} or newer; none found (METRON_PYTHON names one)`);
}

/** A package of the Python registry, with extras such as `[bench]`; what runs it. */
export async function installPython({ name, version, python, extras = '' }, scratch, say) {
  const folder = join(scratch, `${name}-${version}`);
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const whole = join(folder, 'installed');
  const place = { python: join(bin, 'python'), bin };
  if (existsSync(whole)) return place;
  const interpreter = await findPython(python);
  const wanted = `${name}${extras}==${version}`;
  say(`installing ${wanted} for ${interpreter} (once)`);
  mkdirSync(scratch, { recursive: true });
  try {
    await run(interpreter, ['-m', 'venv', '--clear', folder]);
    await run(place.python, ['-m', 'pip', 'install', '--quiet', '--prefer-binary', wanted]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Skipped(`could not be installed: ${lastLine(error.message)}`);
  }
  writeFileSync(whole, '');
  return place;
}

/** A package of the npm registry; the folder whose `node_modules` holds it. */
export async function installNpm({ name, version }, scratch, say) {
  const folder = join(scratch, `npm-${name}-${version}`);
  if (existsSync(join(folder, 'node_modules', name))) return { folder };
  say(`installing ${name}@${version} (once)`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const { command, prefix } = npm();
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  try {
    await run(command, [...prefix, 'install', ...options, `${name}@${version}`], { cwd: folder });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Skipped(`could not be installed: ${lastLine(error.message)}`);
  }
  return { folder };
}

const lastLine = (text) => text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';

/**
 * A tokenizer of whole words in the form that the Python tools load from a folder: nothing is
 * downloaded, and one event of the source is one token.
 */
export function writeTokenizer(folder) {
  mkdirSync(folder, { recursive: true });
  const vocabulary = { '<unk>': 0, '<s>': 1, '</s>': 2 };
  for (let i = 0; i < 2000; i++) vocabulary[`word${i}`] = 3 + i;
  const special = Object.entries(vocabulary)
    .slice(0, 3)
    .map(([content, id]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }));
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: vocabulary, unk_token: '<unk>' },
  };
  const settings = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    unk_token: '<unk>',
    bos_token: '<s>',
    eos_token: '</s>',
    model_max_length: 8192,
    chat_template: "{% for message in messages %}{{ message['content'] }} {% endfor %}",
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(settings));
  // The kind of model, for loaders that ask before they look at the tokenizer.
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'gpt2', vocab_size: 2003 }));
  return folder;
}
