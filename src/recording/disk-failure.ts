import { exitCodes, MetronError } from '../core/errors.ts';

const reasons: Readonly<Record<string, { readonly text: string; readonly hint: string }>> = {
  ENOSPC: { text: 'the disk is full', hint: 'free some space; what was recorded before is safe' },
  EDQUOT: { text: 'the disk quota is used up', hint: 'free some space; what was recorded before is safe' },
  EACCES: { text: 'permission denied', hint: 'choose a folder you may write to with --runs' },
  EPERM: { text: 'not permitted', hint: 'choose a folder you may write to with --runs' },
  EROFS: { text: 'the file system is read-only', hint: 'choose another folder with --runs' },
  EMFILE: { text: 'too many open files', hint: 'raise the limit of open files (ulimit -n)' },
  ENOTDIR: { text: 'a part of the path is a file', hint: 'choose another folder with --runs' },
};

/** What the disk refused, as one clear sentence; exit code 5. */
export function diskFailure(action: string, path: string, cause: unknown): MetronError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN';
  const reason = reasons[code];
  const text = reason?.text ?? (cause instanceof Error ? cause.message : String(cause));
  return new MetronError('DISK', `cannot ${action} ${path}: ${text}`, {
    exitCode: exitCodes.internal,
    cause,
    ...(reason && { hint: reason.hint }),
  });
}
