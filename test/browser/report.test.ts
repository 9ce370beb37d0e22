import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { milliseconds } from '../../src/core/units.ts';
import { scoreRun } from '../../src/metrics/index.ts';
import { renderReport } from '../../src/outputs/html.ts';
import { share } from '../../src/plots/format.ts';
import { launchBrowser, noBrowser } from './chromium.ts';
import { contrast, figures, sideways, wording } from './page-checks.ts';
import { type RunName, runs } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'metron-report-'));
const made = new Map<RunName, string>();
let template = '';
let browser: Browser | undefined;

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build-web.mjs', import.meta.url)), folder]);
  template = readFileSync(join(folder, 'report.html'), 'utf8');
  browser = await launchBrowser();
  if (!browser) console.warn(noBrowser);
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: RunName): string {
  const known = made.get(name);
  if (known !== undefined) return known;
  const path = join(folder, `${name}.run.html`);
  writeFileSync(path, renderReport(runs[name](), template));
  made.set(name, path);
  return path;
}

interface Opened {
  readonly page: Page;
  /** Console messages, page errors, requests for anything but the file, dialogs. */
  readonly complaints: string[];
}

/** Opens a run's report; what it complains about is checked at the end of every test. */
async function opened(
  context: TestContext,
  name: RunName,
  options: BrowserContextOptions,
  look: (opened: Opened) => Promise<void>,
): Promise<void> {
  if (!browser) return context.skip(noBrowser);
  const session = await browser.newContext(options);
  const page = await session.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const url = pathToFileURL(file(name)).href;
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      complaints.push(`request: ${request.url()}`);
  });
  try {
    await page.goto(url);
    await page.waitForSelector('main');
    await look({ page, complaints });
    expect(complaints).toEqual([]);
  } finally {
    await session.close();
  }
}

/** Figures follow the window a frame later. */
async function resized(page: Page, viewport: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(viewport);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const chooseDeadline = (page: Page, ms: number): Promise<void> =>
  page.locator(`.deadline-control input[value="${ms * 1e6}"]`).check({ force: true });

const phone = { viewport: { width: 390, height: 844 } };
const desk = { viewport: { width: 1280, height: 900 } };
const wall = { viewport: { width: 2560, height: 1440 } };
const names = Object.keys(runs).filter((name) => name !== 'large') as RunName[];

describe('the report of every kind of run', () => {
  it.for(names)('%s is whole and legible on a phone and on a desk', (name, context) =>
    opened(context, name, phone, async ({ page }) => {
      for (const { viewport } of [phone, desk]) {
        await resized(page, viewport);
        const where = `${viewport.width} px`;
        expect(await sideways(page), where).toEqual([]);
        expect(await figures(page), where).toEqual([]);
        expect(await contrast(page), where).toEqual([]);
      }
      expect(await wording(page)).toEqual([]);
    }),
  );

  it.for(['bad', 'failing', 'invalid'] as const)('%s is legible in the dark', (name, context) =>
    opened(context, name, { ...desk, colorScheme: 'dark' }, async ({ page }) => {
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(paper).toBe('rgb(18, 22, 29)');
      expect(await contrast(page)).toEqual([]);
      await page.getByRole('button', { name: 'Switch between light and dark' }).click();
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(252, 252, 251)');
      expect(await contrast(page)).toEqual([]);
    }),
  );

  it('fills a large screen with columns', (context) =>
    opened(context, 'bad', wall, async ({ page }) => {
      const tops = await page.evaluate(() =>
        [...document.querySelectorAll('.grid.four > figure')].map((figure) => figure.getBoundingClientRect().top),
      );
      expect(new Set(tops).size).toBe(1);
      expect(await figures(page)).toEqual([]);
      expect(await sideways(page)).toEqual([]);
    }));

  it('stays whole when the window changes', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      await resized(page, { width: 320, height: 640 });
      expect(await sideways(page)).toEqual([]);
      expect(await figures(page)).toEqual([]);
    }));
});

describe('what a report says', () => {
  it('sets the whole run and its steady window side by side', (context) =>
    opened(context, 'steady', desk, async ({ page }) => {
      expect(await page.locator('#steady').textContent()).toMatch(/Steady from \d/);
      expect(await page.locator('#steady tbody tr').count()).toBe(4);
      expect(await page.locator('#steady').textContent()).toContain('own decode deadline of 25');
    }));

  it('says why there was no steady state', (context) =>
    opened(context, 'unsteady', desk, async ({ page }) => {
      expect(await page.locator('#steady').textContent()).toContain('No steady state (too short)');
      expect(await page.locator('#steady table').count()).toBe(0);
    }));

  it('gives no answer for an invalid run', (context) =>
    opened(context, 'invalid', desk, async ({ page }) => {
      const answer = await page.locator('.answer').textContent();
      expect(answer).toMatch(/^This run cannot be scored: 31% of sends were late/);
      expect(await page.locator('.verdict .chip').textContent()).toBe('Invalid measurement');
    }));

  it('puts the verdict above the answer, and the answer above the numbers', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      const tops = await page.evaluate(() =>
        [
          '.verdict',
          '.answer',
          '.heads',
          '#watch',
          '#streams',
          '#time',
          '#requests',
          '#numbers',
          '#trust',
          '#plan',
          '#words',
        ].map((place) => document.querySelector(place)?.getBoundingClientRect().top ?? -1),
      );
      expect(tops.every((top) => top >= 0)).toBe(true);
      expect([...tops].sort((a, b) => a - b)).toEqual(tops);
      expect(await page.locator('.heads .head').count()).toBe(5);
    }));

  it('shows who completed before anything else where many fail', (context) =>
    opened(context, 'failing', desk, async ({ page }) => {
      const order = await page.evaluate(() => [...document.querySelectorAll('figure')].map(({ id }) => id));
      expect(order[0]).toBe('figure-completion');
    }));

  it('shows what a server sent as text, never as markup', (context) =>
    opened(context, 'allFailed', desk, async ({ page }) => {
      expect(await page.locator('.why').textContent()).toContain('</script><script>alert(1)</script>');
      expect(await page.locator('script').count()).toBe(2);
    }));

  it('keeps user names, passwords and header values out', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      const source = readFileSync(file('bad'), 'utf8');
      expect(source).not.toContain('do-not-show');
      expect(source).not.toContain('user:secret');
      expect(await page.locator('#plan pre').textContent()).toContain('headers: X-Team (values not shown)');
    }));

  it('runs no script but its own', (context) =>
    opened(context, 'bad', desk, async ({ page, complaints }) => {
      const ran = await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.planted = true';
        document.body.append(script);
        return 'planted' in window;
      });
      expect(ran).toBe(false);
      expect(complaints.splice(0).join(' ')).toContain('Content Security Policy');
    }));

  it('says its result without scripts too', (context) =>
    opened(context, 'bad', desk, async () => {
      const [, text = ''] = /<noscript><p>([^<]*)/.exec(readFileSync(file('bad'), 'utf8')) ?? [];
      expect(text).toMatch(/Valid measurement .*of answers stream fluidly\. The target is 99%/);
    }));
});

describe('using a report', () => {
  it('scores again under another deadline, with the numbers that scoring in Node gives', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      const before = await page.locator('.answer').textContent();
      await chooseDeadline(page, 50);
      const { records, summary, manifest } = runs.bad();
      const again = scoreRun(
        records,
        { ...summary.policy, decodeDeadline: milliseconds(50) },
        { ...manifest.phases, loadModel: 'open' },
      );
      const first = page.locator('.heads .value').first();
      expect(await first.textContent()).toBe(share(again.headline.fluidShare.value));
      expect(await page.locator('.answer').textContent()).not.toBe(before);
      expect(await page.locator('.notes').textContent()).toContain(
        'Scored again in this page with a decode deadline of 50',
      );
      expect(await figures(page)).toEqual([]);
      await chooseDeadline(page, 25);
      expect(await page.locator('.answer').textContent()).toBe(before);
    }));

  it('reads a chart with the keyboard alone', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      const figure = page.locator('#figure-fluidity');
      const note = await figure.locator('.note').textContent();
      await figure.locator('.plot').focus();
      await page.keyboard.press('ArrowRight');
      expect(await figure.locator('.note').textContent()).toContain('of requests have a fluidity of 0.90 or less');
      await page.keyboard.press('ArrowLeft');
      expect(await figure.locator('.note').textContent()).toContain('0.89');
      await page.keyboard.press('Home');
      expect(await figure.locator('.note').textContent()).toContain('0.00');
      await page.keyboard.press('Escape');
      expect(await figure.locator('.note').textContent()).toBe(note);
    }));

  it('reaches every control and every figure with Tab, each with a visible focus', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      const reached = new Set<string>();
      for (let i = 0; i < 90; i++) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(() => {
          const element = document.activeElement;
          if (!element || element === document.body) return undefined;
          const ring =
            element instanceof HTMLInputElement && element.type === 'radio' ? element.nextElementSibling : element;
          const name = element.closest('figure')?.id ?? element.textContent?.trim() ?? '';
          return { name: `${name} ${element.id}`, outline: ring ? getComputedStyle(ring).outlineStyle : 'none' };
        });
        if (!focus) break;
        expect(focus.outline, focus.name).not.toBe('none');
        reached.add(focus.name.trim());
      }
      const all = [...reached].join('|');
      for (const name of [
        'Skip to the result',
        'Play',
        'Next stall',
        'player-request',
        'player-time',
        'figure-fluidity',
        'figure-waterfall',
        'figure-over-time',
        'Copy',
      ]) {
        expect(all).toContain(name);
      }
    }));

  it('opens a request of the waterfall in playback', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      await page.locator('#figure-waterfall .plot').focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
      const name = await page.locator('.player .name').textContent();
      expect(await page.locator('#figure-waterfall .note').textContent()).toContain(
        name?.split(': ').at(-1) ?? 'no name',
      );
    }));

  it('opens paused in the worst stall, plays, and stops at the end', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      expect(await page.locator('.player .name').textContent()).toMatch(/^Worst stall: #\d+$/);
      expect(await page.locator('.player .status').textContent()).toMatch(/stalled, \d+ deadlines missed/);
      const shown = (): Promise<number> =>
        page.locator('.text p > span:not(.to-come):not(.caret):not(.counter)').count();
      const still = await shown();
      await page.waitForTimeout(300);
      expect(await shown()).toBe(still);
      await page.getByLabel('4 times').check({ force: true });
      await page.getByRole('button', { name: 'From the start' }).click();
      await page.waitForFunction(
        () => /finished after/.test(document.querySelector('.player .status')?.textContent ?? ''),
        null,
        { timeout: 30_000 },
      );
      await page.waitForFunction(() => document.querySelector('.button.main')?.textContent === 'Play', null, {
        timeout: 30_000,
      });
      const total = await page.locator('.text p > span:not(.caret):not(.counter)').count();
      expect(await shown()).toBe(total);
      await page.getByRole('button', { name: 'Next stall' }).click();
      expect(await shown()).toBeLessThan(total);
    }));

  it('offers contrasts, and can play each', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      const labels = await page.locator('#player-request option').allTextContents();
      expect(labels.length).toBeGreaterThanOrEqual(5);
      for (const label of labels) {
        await page.locator('#player-request').selectOption({ label });
        expect(await page.locator('.player .name').textContent()).toBe(label);
        expect(await figures(page)).toEqual([]);
      }
    }));

  it('moves nothing by itself for those who want no motion', (context) =>
    opened(context, 'bad', { ...desk, reducedMotion: 'reduce' }, async ({ page }) => {
      await page.getByRole('button', { name: 'From the start' }).click();
      const now = await page.locator('.scrub output').textContent();
      await page.waitForTimeout(300);
      expect(await page.locator('.scrub output').textContent()).toBe(now);
      expect(await page.getByRole('button', { name: 'Play', exact: true }).count()).toBe(1);
    }));

  it('shows the numbers behind a picture', (context) =>
    opened(context, 'bad', desk, async ({ page }) => {
      await page.locator('#figure-over-time summary').click();
      // The table is filled when the browser says that it was opened.
      await page.locator('#figure-over-time tbody tr').nth(10).waitFor();
      expect(await page.locator('#figure-over-time thead th').allTextContents()).toContain('TTFT P50');
    }));
});

describe('a printed report', () => {
  it('is light, without controls, drawn for the paper', (context) =>
    opened(context, 'bad', { ...desk, colorScheme: 'dark' }, async ({ page }) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.setViewportSize({ width: 690, height: 980 });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      const state = await page.evaluate(() => ({
        paper: getComputedStyle(document.body).backgroundColor,
        controls: [...document.querySelectorAll('.player-controls, .scrub, .deadline-control, .bar nav')].filter(
          (element) => element.getClientRects().length > 0,
        ).length,
        widths: [...document.querySelectorAll('.plot > svg')].map((svg) => svg.getAttribute('width')),
      }));
      expect(state.paper).toBe('rgb(255, 255, 255)');
      expect(state.controls).toBe(0);
      expect(new Set(state.widths)).toEqual(new Set(['690']));
      expect(await figures(page)).toEqual([]);
      expect(await contrast(page)).toEqual([]);
      const pdf = await page.pdf({ format: 'A4' });
      expect(pdf.length).toBeGreaterThan(50_000);
    }));
});

describe('size', () => {
  it('is under 1 MB whatever the run, and says what it left out', (context) =>
    opened(context, 'large', desk, async ({ page }) => {
      expect(readFileSync(file('large')).length).toBeLessThan(1_000_000);
      expect(await page.locator('#figure-waterfall .note').textContent()).toMatch(
        /drawn from [\d,]+ of 20,000 requests/,
      );
      expect(await figures(page)).toEqual([]);
      await chooseDeadline(page, 50);
      expect(await page.locator('.notes').textContent()).toMatch(/from an even sample of [\d,]+ of 20,000 requests/);
      expect(await figures(page)).toEqual([]);
    }));

  it.for(names)('%s is under 1 MB', (name) => {
    expect(readFileSync(file(name)).length).toBeLessThan(1_000_000);
  });
});
