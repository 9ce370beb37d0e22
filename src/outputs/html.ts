import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MetronError } from '../core/errors.ts';
import { type PageData, pageData } from '../plots/page-data.ts';
import type { ReportInput } from '../plots/report-input.ts';
import { plain } from '../plots/words.ts';

/** The built page stands in `dist/web`, whether this file runs from `dist` or from `src`. */
const places = ['../web/report.html', '../../dist/web/report.html'];

/**
 * The report of a run as one HTML file: no network, no font, under 1 MB whatever the run's size.
 * Every string of the run is escaped or carried as data.
 */
export function renderReport(input: ReportInput, template: string = builtPage()): string {
  let page = '';
  for (const budget of timelineBudgets) {
    page = fill(template, pageData(input, budget));
    if (Buffer.byteLength(page) < largestPage) break;
  }
  return page;
}

const largestPage = 1_000_000;
/** Bytes of timelines to try: the rest of a page is small, unless names and messages are very long. */
const timelineBudgets = [450_000, 200_000, 50_000];

function fill(template: string, data: PageData): string {
  const { model } = data;
  const slots: Readonly<Record<string, string>> = {
    title: escapeHtml(`metron report: ${model.name}`),
    summary: escapeHtml(
      [model.trust.label, ...model.trust.reasons, model.answer.sentence, ...model.answer.why.map(plain)].join(' '),
    ),
    data: escapeScript(JSON.stringify(data)),
  };
  return template.replace(
    /<!--metron:(title|summary)-->|"metron:(data)"/g,
    (slot, text: string | undefined, json: string | undefined) => slots[text ?? json ?? ''] ?? slot,
  );
}

function builtPage(): string {
  const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((file) => existsSync(file));
  if (path === undefined) {
    throw new MetronError('PAGE_NOT_BUILT', 'the report page has not been built', {
      hint: 'npm run build',
      exitCode: 5,
    });
  }
  return readFileSync(path, 'utf8');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);

/** JSON inside a script element: no tag can open or close in it. */
const escapeScript = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
