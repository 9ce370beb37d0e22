import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The stored records of a run as they lie on disk, read without metron’s own reader. */
export function recordsOf(run) {
  const file = join(run, 'records.jsonl');
  if (!existsSync(file)) throw new Error(`${run} has no records.jsonl`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { id, phase, outcome, prompt, output, chunks, sent_ns, server_timing } = JSON.parse(line);
    const arrivals = contentTimes(chunks);
    return { id, phase, outcome, prompt, output, arrivals, sentMs: sent_ns / 1e6, serverTiming: server_timing };
  });
}

function contentTimes({ at_delta_ns: deltas, kind }) {
  const times = [];
  let at = 0;
  for (const [index, delta] of deltas.entries()) {
    at += delta;
    if (kind[index] === 'c') times.push(at / 1e6);
  }
  return times;
}
