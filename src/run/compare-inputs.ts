import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { MetronError } from '../core/errors.ts';
import { folderKind, markOf } from '../recording/folder-kind.ts';

/** A server that is measured now, in turns with the others. */
export interface LiveTarget {
  readonly kind: 'live';
  readonly name: string;
  readonly url: string;
  /** Where it is not the plan's. */
  readonly model?: string;
}

/** Something measured before. */
export interface StoredInput {
  readonly kind: 'run' | 'capacity' | 'turns';
  readonly name?: string;
  readonly folder: string;
}

export type CompareInput = LiveTarget | StoredInput;

/** Names of what a comparison keeps in its folder. */
export const comparisonFiles = {
  request: markOf('turns'),
  turns: 'turns.jsonl',
  result: markOf('comparison'),
} as const;

/** `http://a:8000/v1`, `NAME=http://a:8000/v1#MODEL`, `runs/…` or `NAME=runs/…`. */
export function parseCompareInput(text: string): CompareInput {
  const [, before, rest = text] = /^([^=/\\]+)=(.+)$/.exec(text) ?? [];
  const name = before?.trim();
  if (/^https?:\/\//i.test(rest)) return liveTarget(rest, name);
  const folder = name !== undefined && existsSync(text) ? text : rest;
  if (!existsSync(folder)) {
    throw new MetronError('NO_SUCH_FOLDER', `there is no folder ${folder}`, {
      hint: 'give folders of runs, of capacity searches or of live comparisons, or servers such as http://a:8000/v1',
    });
  }
  const found = folderKind(folder);
  const kind = found === 'turns' || found === 'capacity' ? found : 'run';
  return { kind, folder, ...(name !== undefined && folder !== text && { name }) };
}

/** The folder of a capacity search, also as `NAME=FOLDER`. */
export function searchInput(text: string): StoredInput {
  const input = parseCompareInput(text);
  return input.kind === 'live' ? { kind: 'capacity', folder: text } : { ...input, kind: 'capacity' };
}

function liveTarget(text: string, name: string | undefined): LiveTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new MetronError('URL_INVALID', `"${text}" is no URL`);
  const model = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  const plain = text.replace(/#.*$/, '');
  const path = url.pathname.replace(/\/+$/, '').replace(/^\/v1$/, '');
  return {
    kind: 'live',
    name: name ?? `${url.host}${path}${model === '' ? '' : ` ${model}`}`,
    url: plain,
    ...(model !== '' && { model }),
  };
}

/** Live targets need names of their own: their runs are told apart by them. */
export function expectDistinct(targets: readonly LiveTarget[]): void {
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new MetronError('NAMES_ALIKE', `two targets are called "${twice}"`, {
    hint: 'give them names: metron compare before=http://a:8000/v1 after=http://a:8000/v1',
  });
}

/** What a system is called where nobody said: its place and the name of its run. */
export const letterOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + (index % 26));

export const folderName = (folder: string): string => basename(resolve(folder));
