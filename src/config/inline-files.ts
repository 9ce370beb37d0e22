import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MetronError } from '../core/errors.ts';
import { lengths, pairsFromFile } from '../workload/index.ts';
import type { KindOptions } from './kind-union.ts';
import type { CheckedPlan, Plan, PrefillCurve } from './plan.ts';
import { type Problem, problemsOf, sentence } from './problem.ts';
import { defaultPrefillDeadline } from './score-policy.ts';
import { prefillCurve } from './sections/score.ts';
import { defaultLengths } from './sections/workload.ts';
import { readShorthand } from './shorthand.ts';

/**
 * Puts what files say into the plan, so that it repeats the run when they are gone. What cannot be
 * read is reported; the result is of use only if nothing was.
 */
export interface Inliner {
  workload(section: CheckedPlan['workload']): Plan['workload'];
  score(section: CheckedPlan['score']): Plan['score'];
}

function readText(directory: string, file: string): string {
  try {
    return readFileSync(resolve(directory, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new MetronError('FILE_UNREADABLE', `cannot read ${file}: ${reason}`, { cause });
  }
}

function readCurve(text: string): PrefillCurve {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MetronError('CURVE_INVALID', 'the file of the curve is not JSON', { cause });
  }
  const result = prefillCurve.safeParse(json, { error: sentence });
  if (result.success) {
    const { profile: _measurement, ...curve } = result.data;
    return curve;
  }
  const [problem] = problemsOf(result.error.issues, []);
  throw new MetronError('CURVE_INVALID', `in the file of the curve, ${problem?.path || 'it'}: ${problem?.message}`);
}

export function createInliner(directory: string, problems: Problem[]): Inliner {
  const read = (file: string): string => readText(directory, file);
  const attempt = <T>(path: string, action: () => T): T | undefined => {
    try {
      return action();
    } catch (cause) {
      if (!(cause instanceof MetronError)) throw cause;
      problems.push({ path, message: cause.message });
      return undefined;
    }
  };
  const length = (key: 'prompt' | 'output', given: KindOptions | undefined): KindOptions => {
    const options = given ?? readShorthand(lengths, defaultLengths[key]);
    const inlined = attempt(`workload.${key}`, () => lengths.get(options.kind).inline?.(options, read));
    return inlined ? { ...inlined, kind: options.kind } : options;
  };
  return {
    workload({ prompt, output, paired, ...rest }) {
      if (!paired) return { ...rest, prompt: length('prompt', prompt), output: length('output', output) };
      const { file, rows = [], order } = paired;
      return {
        ...rest,
        paired: {
          rows: file === undefined ? rows : (attempt('workload.paired', () => pairsFromFile(read(file))) ?? []),
          order,
        },
      };
    },
    score({ prefillCurve: curve, ...rest }) {
      if (curve === undefined) return { prefillDeadline: defaultPrefillDeadline, ...rest };
      const measured = typeof curve === 'string' ? attempt('score.prefillCurve', () => readCurve(read(curve))) : curve;
      return { ...rest, ...(measured && { prefillCurve: measured }) };
    },
  };
}
