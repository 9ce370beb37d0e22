// Peers into a scratch folder: each in an environment of its own, at a pinned version.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, run } from '../../scripts/child.mjs';
import { npm } from '../../scripts/install.mjs';

const pythons = ['python3.12', 'python3.13', 'python3.11', 'python3.10', 'python3', 'python'];

/** Thrown where a peer cannot take part; the message is the reason that is shown. */
export class Skipped extends Error {}

/** A Python of at least this version. Tools are tried with 3.12 first: all of them have run with it. */
async function findPython(oldest) {
  for (const command of [process.env.METRON_PYTHON, ...pythons]) {
    if (command === undefined) continue;
    const program = 'import sys; print(*sys.version_info[:2], sys.executable)';
    const { code, output } = await capture(command, ['-c', program]).catch(() => ({ code: 1, output: '' }));
    const match = /^(\d+) (\d+) (\S+)\s*$/.exec(output);
    if (code === 0 && match && Number(match[1]) === 3 && Number(match[2]) >= oldest) return match[3];
  }
  throw new Skipped(`needs Python 3.${oldest} or newer; none found (METRON_PYTHON names one)`);
}

/** A package of the Python registry; what runs it. */
export async function installPython({ name, version, python }, scratch, say) {
  const folder = join(scratch, `${name}-${version}`);
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const whole = join(folder, 'installed');
  const place = { python: join(bin, 'python'), bin };
  if (existsSync(whole)) return place;
  const interpreter = await findPython(python);
  say(`installing ${name}==${version} for ${interpreter} (once)`);
  mkdirSync(scratch, { recursive: true });
  try {
    await run(interpreter, ['-m', 'venv', '--clear', folder]);
    await run(place.python, ['-m', 'pip', 'install', '--quiet', '--prefer-binary', `${name}==${version}`]);
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
