import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env.CHROME,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A browser of this machine; where checks must be complete and we may, one is installed. */
function browserPath(): string | undefined {
  const found = (): string | undefined => places.find((path) => path !== undefined && existsSync(path));
  if (found() === undefined && process.env.CI && process.getuid?.() === 0) {
    const quiet = { stdio: 'ignore' as const };
    execFileSync('/usr/bin/apt-get', ['update', '-q'], quiet);
    execFileSync('/usr/bin/apt-get', ['install', '-qy', '--no-install-recommends', 'chromium'], quiet);
  }
  return found();
}

/** Undefined on a machine without a browser; in CI that is an error, never a skipped check. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const executablePath = browserPath();
  if (executablePath === undefined) {
    if (process.env.CI) throw new Error('no Chromium found, and none could be installed: set CHROME to its path');
    return undefined;
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

export const noBrowser = 'no Chromium on this machine: set CHROME to its path to run the browser checks';
