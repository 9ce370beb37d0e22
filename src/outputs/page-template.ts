import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MetronError } from '../core/errors.ts';

/** The built pages stand in `dist/web`, whether this file runs from `dist` or from `src`. */
const folders = ['../web/', '../../dist/web/'];

export function builtPage(name: 'report' | 'analysis'): string {
  const path = folders
    .map((folder) => fileURLToPath(new URL(`${folder}${name}.html`, import.meta.url)))
    .find((file) => existsSync(file));
  if (path === undefined) {
    throw new MetronError('PAGE_NOT_BUILT', `the ${name} page has not been built`, {
      hint: 'npm run build',
      exitCode: 5,
    });
  }
  return readFileSync(path, 'utf8');
}

export interface PageContents {
  readonly title: string;
  /** What a reader without scripts is told. */
  readonly summary: string;
  readonly data: unknown;
}

/** Every string is escaped or carried as data. */
export function fillPage(template: string, { title, summary, data }: PageContents): string {
  const slots: Readonly<Record<string, string>> = {
    title: escapeHtml(title),
    summary: escapeHtml(summary),
    data: escapeScript(JSON.stringify(data)),
  };
  return template.replace(
    /<!--metron:(title|summary)-->|"metron:(data)"/g,
    (slot, text: string | undefined, json: string | undefined) => slots[text ?? json ?? ''] ?? slot,
  );
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
