import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { MetronError } from '../core/errors.ts';

/** A plan as it was written, before anything is checked or filled in. */
export interface PlanDocument {
  readonly input: unknown;
  /** Names of files in the plan are relative to this folder. */
  readonly directory: string;
  /** How messages call it. */
  readonly source: string;
  /** Line of the setting at this path, from 1; of the nearest group around it if it is not there. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new MetronError('PLAN_UNREADABLE', `cannot read the plan ${path}: ${reason}`, {
      hint: 'give a YAML or JSON file, or use flags alone: metron run --url URL --model NAME --rate 4',
      cause,
    });
  }
}

/** Loaded when there is a document: most runs are given by flags alone. */
const yaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml') as typeof import('yaml');

export function parsePlanDocument(text: string, source: string, directory: string): PlanDocument {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new MetronError('PLAN_NOT_YAML', `${source}:${line}:${col}: ${error.message}`, {
      hint: 'a plan is YAML or JSON; check indentation, quotes and brackets on that line',
    });
  }
  return {
    input: document.toJS() ?? {},
    directory,
    source,
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
        if (node?.range) return lines.linePos(node.range[0]).line;
      }
      return undefined;
    },
  };
}

/** Reads YAML or JSON; throws if the file cannot be read or is neither. */
export const readPlanDocument = (path: string): PlanDocument =>
  parsePlanDocument(readText(path), path, dirname(resolve(path)));
