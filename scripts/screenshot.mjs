import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { repository } from './repository.mjs';

/** The picture of a report in the README: `node scripts/screenshot.mjs <run folder or report.html> [picture.png]`. */
const size = { width: 1280, height: 900 };

const chromes = [process.env.CHROME, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function reportOf(place) {
  if (place === undefined)
    throw new Error('which run? node scripts/screenshot.mjs <run folder or report.html> [picture.png]');
  const path = resolve(place);
  if (!existsSync(path)) throw new Error(`${place} does not exist`);
  return statSync(path).isDirectory() ? join(path, 'report.html') : path;
}

async function main([place, out = join(repository, 'docs', 'images', 'report.png')]) {
  const executablePath = chromes.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('no Chromium found: set CHROME to its path');
  const report = reportOf(place);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
  try {
    const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
    await page.goto(pathToFileURL(report).href);
    await page.waitForSelector('.player svg');
    // What is under the screen's lower edge must not shine through at the top.
    await page.evaluate(() => document.querySelector('.bar')?.setAttribute('style', 'position: static'));
    mkdirSync(dirname(resolve(out)), { recursive: true });
    const end = await page.evaluate(() => document.querySelector('.player')?.getBoundingClientRect().bottom ?? 0);
    await page.screenshot({
      path: resolve(out),
      fullPage: true,
      clip: { x: 0, y: 0, width: size.width, height: Math.ceil(end) + 24 },
    });
  } finally {
    await browser.close();
  }
  console.log(out);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`screenshot: ${error.message}`);
  process.exitCode = 2;
}
