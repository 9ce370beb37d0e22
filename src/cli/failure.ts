import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';

/** One clear sentence, a hint, an exit code. Nothing of the program's inside unless it is a defect. */
export function reportFailure(cause: unknown, json: boolean): ExitCode {
  const known = cause instanceof MetronError ? cause : undefined;
  const message = known?.message ?? (cause instanceof Error ? cause.message : String(cause));
  const exitCode = known?.exitCode ?? exitCodes.internal;
  if (json) {
    const { code = 'INTERNAL', hint } = known ?? {};
    console.error(JSON.stringify({ error: { code, message, hint, exitCode } }));
    return exitCode;
  }
  console.error(`metron: ${message}`);
  if (known?.hint) console.error(`  hint: ${known.hint}`);
  if (!known && cause instanceof Error && cause.stack) {
    console.error(cause.stack.split('\n').slice(1).join('\n'));
    console.error('  This is a defect of metron; nothing that was recorded is lost.');
  }
  return exitCode;
}
