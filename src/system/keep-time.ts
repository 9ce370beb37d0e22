import { tameCollector } from './collect-garbage.ts';
import { makeOthersYield, wakePromptly } from './thread-priority.ts';

/** For a process that does nothing but serve: tokens shall leave when they are due, whatever else wants a core. */
export function keepTime(): void {
  tameCollector();
  wakePromptly();
  makeOthersYield();
}
