import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { contrast, figures, sideways, wording } from './page-checks.ts';

export const phone = { viewport: { width: 390, height: 844 } };
export const desk = { viewport: { width: 1280, height: 900 } };

/** Opens a page; console messages, errors and requests for anything but the file are complaints. */
export async function quietly(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const session = await browser.newContext(options);
  const page = await session.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      complaints.push(`request: ${request.url()}`);
  });
  try {
    await page.goto(url);
    await page.waitForSelector('main');
    await look(page);
    expect(complaints).toEqual([]);
  } finally {
    await session.close();
  }
}

/** Whole and legible at the window it has. */
export async function soundPage(page: Page, where: string): Promise<void> {
  expect(await sideways(page), where).toEqual([]);
  expect(await figures(page), where).toEqual([]);
  expect(await contrast(page), where).toEqual([]);
  expect(await wording(page), where).toEqual([]);
}

/** Every figure can be read with the arrow keys alone, and is left with Escape. */
export async function readByKeys(page: Page): Promise<void> {
  for (const id of await page.locator('figure').evaluateAll((all) => all.map((figure) => figure.id))) {
    const plot = page.locator(`#${id} .plot`);
    if ((await plot.getAttribute('tabindex')) === null) continue;
    const note = page.locator(`#${id} .note`);
    const before = await note.textContent();
    await plot.focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'End', 'Home']) await page.keyboard.press(key);
    const read = await note.textContent();
    expect(read, id).not.toBe(before);
    expect((read ?? '').length, id).toBeGreaterThan(10);
    await page.keyboard.press('Escape');
    expect(await note.textContent(), id).toBe(before);
  }
}
