import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { coreWaitSeconds } from './core-wait.ts';

it('what a thread waited for a core never falls, and is known where the system says it', () => {
  const before = coreWaitSeconds();
  const until = performance.now() + 5;
  while (performance.now() < until);
  const after = coreWaitSeconds();
  expect(after !== undefined).toBe(existsSync('/proc/thread-self/schedstat'));
  if (before !== undefined) expect(after).toBeGreaterThanOrEqual(before);
});
