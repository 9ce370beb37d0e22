import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { renderAnalysis } from '../../src/outputs/html.ts';
import { type AnalysisName, analyses } from './analyses.ts';
import { launchBrowser, noBrowser } from './chromium.ts';
import { contrast } from './page-checks.ts';
import { desk, phone, quietly, readByKeys, soundPage } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'metron-analysis-'));
let template = '';
let browser: Browser | undefined;

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build-web.mjs', import.meta.url)), folder]);
  template = readFileSync(join(folder, 'analysis.html'), 'utf8');
  browser = await launchBrowser();
  if (!browser) console.warn(noBrowser);
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(
  context: TestContext,
  name: AnalysisName,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  if (!browser) return context.skip(noBrowser);
  const path = join(folder, `${name}.html`);
  writeFileSync(path, renderAnalysis(analyses[name](), template));
  await quietly(browser, pathToFileURL(path).href, options, look);
}

const names = Object.keys(analyses) as AnalysisName[];

describe('the page of every analysis', () => {
  it.for(names)('%s is whole and legible on a phone, on a desk, on a wall and in the dark', (name, context) =>
    opened(context, name, phone, async (page) => {
      await soundPage(page, 'phone');
      for (const [where, viewport] of [
        ['desk', desk.viewport],
        ['wall', { width: 2560, height: 1440 }],
        ['narrow', { width: 320, height: 640 }],
      ] as const) {
        await page.setViewportSize(viewport);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await soundPage(page, where);
      }
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(18, 22, 29)');
      expect(await contrast(page)).toEqual([]);
    }),
  );

  it.for(names)('%s is read with the keyboard alone', (name, context) => opened(context, name, desk, readByKeys));

  it.for(names)('%s is one small file', (name) => {
    expect(renderAnalysis(analyses[name](), template).length).toBeLessThan(150_000);
  });

  it('is printed light, at the width of the paper', (context) =>
    opened(context, 'capacity', { ...desk, colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
      const widths = await page
        .locator('.plot > svg')
        .evaluateAll((all) => all.map((svg) => svg.getAttribute('width')));
      expect(new Set(widths)).toEqual(new Set(['690']));
    }));
});

describe('the page of a capacity search', () => {
  it('marks every load, shades the answer and names points', (context) =>
    opened(context, 'capacity', desk, async (page) => {
      expect(await page.locator('.answer').textContent()).toBe('Capacity between 30.2 requests/s and 31.7 requests/s.');
      const text = await page.locator('#figure-passing svg').textContent();
      for (const label of ['objective 99%', 'knee', 'saturation', '30.2 to 31.7']) expect(text).toContain(label);
      expect(await page.locator('#figure-near').count()).toBe(1);
    }));

  it('says where the client was the limit', (context) =>
    opened(context, 'capacityOfClient', desk, async (page) => {
      expect(await page.locator('#figure-passing svg').textContent()).toContain('the client’s limit');
      expect(await page.locator('.verdict').textContent()).toContain('the client was the limit');
    }));
});

describe('the page of a comparison', () => {
  it('shows every difference with its interval, and where a gate fails', (context) =>
    opened(context, 'comparison', desk, async (page) => {
      expect(await page.locator('.chip').textContent()).toContain('1 gate failed');
      const figure = page.locator('#figure-differences-0');
      expect(await figure.locator('.zero-line').count()).toBe(1);
      expect(await figure.locator('.target').count()).toBe(1);
      expect(await figure.locator('svg').textContent()).toContain('not clear');
    }));

  it('draws more than two systems as small multiples', (context) =>
    opened(context, 'comparisonOfFour', desk, async (page) => {
      for (const i of [0, 1, 2, 3]) expect(await page.locator(`#figure-acceptance-${i} svg`).count()).toBe(1);
      expect(await page.locator('#figure-differences-2').count()).toBe(1);
      expect(await page.locator('#figure-capacities svg').textContent()).toContain('tbt_p99<=50ms');
    }));

  it('warns where workloads differ', (context) =>
    opened(context, 'comparisonUnclear', desk, async (page) => {
      expect(await page.locator('.chip').textContent()).toContain('Workloads differ');
      expect(await page.locator('#runs').textContent()).toContain('load.arrivals.rate');
    }));
});

describe('the page of a sweep', () => {
  it('names what lies on the front and marks what is not valid', (context) =>
    opened(context, 'sweep', desk, async (page) => {
      expect(await page.locator('#figure-interactivity svg').textContent()).toContain('rate 1');
      expect(await page.locator('.verdict').textContent()).toContain('is suspect');
    }));

  it('lists cells that failed with their reason, and those that are missing', (context) =>
    opened(context, 'sweepThatFailed', desk, async (page) => {
      expect(await page.locator('.chip').textContent()).toContain('1 cell failed');
      expect(await page.locator('.verdict').textContent()).toContain('rate 8 failed: nothing listens');
      expect(await page.locator('.verdict').textContent()).toContain('before rate 16');
      expect(await page.locator('#numbers').textContent()).toContain('Cells that failed');
    }));
});

describe('the page of a profile', () => {
  it('shows outliers, steps and what was not measured', (context) =>
    opened(context, 'profile', desk, async (page) => {
      const remarks = await page.locator('.verdict').textContent();
      for (const said of ['far from the others', 'rises by', '16,384 tokens']) expect(remarks).toContain(said);
      expect(await page.locator('#figure-curve path[stroke="var(--miss)"]').count()).toBe(1);
    }));
});

describe('the surface of capacity over deadlines', () => {
  it('outlines where the order turns', (context) =>
    opened(context, 'surfaceThatTurns', desk, async (page) => {
      expect(await page.locator('.answer').textContent()).toContain('depends on the deadlines');
      expect(await page.locator('#figure-surface-0 svg').textContent()).toContain('↔');
      expect(await page.locator('#order tbody tr').count()).toBe(1);
    }));
});
