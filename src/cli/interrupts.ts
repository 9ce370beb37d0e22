import type { RunControl } from '../run/control.ts';
import { step } from '../run/events.ts';
import type { Progress } from './progress.ts';

/** Ctrl-C once: stop sending, drain, report. Twice: write and leave. */
export function obeyInterrupts(control: RunControl, progress: Progress): () => void {
  const onInterrupt = (): void => {
    if (control.stopSignal.aborted) {
      progress.show(step('leaving: what is open is cut and recorded as such'));
      control.leave();
      return;
    }
    progress.show(step('stopping: nothing more is sent, open answers are waited for; Ctrl-C again to leave at once'));
    control.stop();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return () => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  };
}
