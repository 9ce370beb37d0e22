import type { ChunkSchedule } from '../loop/scheduler.ts';

/** Chunk sizes of a schedule are multiples of this many tokens: whole tiles of a matrix product. */
const multiple = 32;

/**
 * Tokens of an iteration in which a prompt of which `computed` tokens are done may go on. Later chunks
 * read more keys and values; shrinking them keeps iterations equally long.
 */
export function chunkSizeAt(most: number, schedule: ChunkSchedule | undefined, computed: number): number {
  if (schedule === undefined || schedule.least >= most) return most;
  const { least, stages, tokens } = schedule;
  const stage = Math.min(stages - 1, Math.floor((computed * stages) / tokens));
  const size = most - ((most - least) * stage) / (stages - 1);
  return Math.max(Math.min(multiple, least), Math.floor(size / multiple) * multiple);
}
