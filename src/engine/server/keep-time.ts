import { tameCollector } from '../../system/collect-garbage.ts';
import { idleOthers, wakePromptly } from '../../system/thread-priority.ts';

/** For a process that does nothing but serve: tokens shall leave when they are due, whatever else wants a core. */
export function keepTime(): void {
  tameCollector();
  wakePromptly();
  idleOthers();
}
