import { capture } from './child.mjs';

const oldest = [3, 10];
const names = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/** A Python new enough for the real engines: `METRON_PYTHON`, or the first one on the path. */
export async function findPython() {
  const asked = process.env.METRON_PYTHON;
  const candidates = asked === undefined ? names : [asked];
  const seen = [];
  for (const command of candidates) {
    const version = await versionOf(command);
    if (version === undefined) continue;
    if (isNewEnough(version)) return command;
    seen.push(`${command} is ${version.join('.')}`);
  }
  throw new Error(
    `the real engine needs Python ${oldest.join('.')} or newer; ` +
      `${seen.length > 0 ? seen.join(', ') : `tried ${candidates.join(', ')}, found none`}. ` +
      'Install one, or name it in METRON_PYTHON.',
  );
}

async function versionOf(command) {
  const program = 'import sys; print(*sys.version_info[:2])';
  const { code, output } = await capture(command, ['-c', program]).catch(() => ({ code: 1, output: '' }));
  const match = /^(\d+) (\d+)\s*$/.exec(output);
  return code === 0 && match ? [Number(match[1]), Number(match[2])] : undefined;
}

function isNewEnough([major, minor]) {
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
