import { expect, it } from 'vitest';
import { Backlog } from './backlog.ts';

it('tells once that more waits to be read than may', () => {
  let told = 0;
  const backlog = new Backlog(100, () => told++);
  backlog.written(60);
  backlog.read(60);
  backlog.written(60);
  backlog.written(40);
  expect(told).toBe(0);
  expect(backlog.most).toBe(1);
  backlog.written(60);
  backlog.read(160);
  backlog.written(160);
  expect(told).toBe(1);
  expect(backlog.most).toBe(1.6);
});
