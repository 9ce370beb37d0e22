// One tool through its loads: a fresh stamped source each time, the tool as a user runs it, and the two logs joined.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceProcess } from '../../dist/selftest/source-process.js';
import { Skipped } from './install.mjs';
import { deliveredBy, joinStreams } from './join.mjs';
import { measure } from './process-tree.mjs';
import { pace } from './work.mjs';

const timeoutSeconds = 240;
const tries = 3;
/** Nanoseconds. */
const longestStall = 1e9;

/**
 * Rows of the table, one a load: of its runs the one with the median processor time. The loads take turns. A load that
 * fails ends the tool; what was measured before it stays.
 */
export async function compete(tool, { loads, repeats, say, ...shared }) {
  const runs = new Map();
  for (let round = 1; round <= repeats; round++) {
    for (const streams of round === 1 ? loads : [...runs.keys()]) {
      say(`${tool.label ?? tool.name}: ${streams} streams${repeats > 1 ? `, ${round} of ${repeats}` : ''}`);
      const run = await undisturbed(() => runLoad(tool, streams, shared), say).catch((error) => ({ failure: error }));
      if (run.failure) {
        if (runs.size === 0) throw new Skipped(run.failure.message);
        say(`${tool.name} did not get through ${streams} streams: ${run.failure.message}`);
        return rowsOf(runs);
      }
      runs.set(streams, [...(runs.get(streams) ?? []), run]);
    }
  }
  return rowsOf(runs);
}

function rowsOf(runs) {
  const rows = [...runs.values()].map((all) => all.toSorted((a, b) => a.cpu - b.cpu)[(all.length - 1) >> 1]);
  for (const [i, row] of rows.entries()) {
    const before = rows[i - 1];
    if (before) row.marginalCpu = (row.cpu - before.cpu) / (row.tokens - before.tokens);
  }
  return rows;
}

/** Again where the whole machine stood still: that says nothing about a tool. */
async function undisturbed(run, say) {
  for (let left = tries - 1; ; left--) {
    const row = await run();
    if (row.stall < longestStall || left === 0) return row;
    say(`the machine stood still for ${(row.stall / 1e9).toFixed(1)} s: once more`);
  }
}

async function runLoad(tool, streams, { place, size, tokenizer, results }) {
  mkdirSync(results, { recursive: true });
  const folder = mkdtempSync(join(results, `${tool.name}-${streams}-`));
  const { rounds, tokens } = size;
  const source = await SourceProcess.start({ ...pace, tokens });
  try {
    const url = `http://127.0.0.1:${source.port}`;
    const context = { url, folder, streams, requests: streams * rounds, tokens, tokenizer, place };
    const logPath = join(folder, 'output.txt');
    const run = await measure({ cwd: folder, ...tool.command(context) }, { logPath, timeoutSeconds });
    const everything = await source.log();
    // Answers to looks at the server before the load are shorter.
    const log = everything.filter(({ sentAt }) => sentAt.length === tokens);
    const read = await readBack(tool, { ...context, log }).catch((error) => {
      throw new Error(`ended with ${run.code}: ${error.message}; ${lastWords(logPath)}`);
    });
    return row(tool, { streams, rounds, tokens, run, read, log, everything });
  } finally {
    await source.close();
  }
}

async function readBack(tool, context) {
  const read = await tool.read(context);
  if (read.streams.length === 0) throw new Error('no request was completed');
  return read;
}

function row(tool, { streams, rounds, tokens, run, read, log, everything }) {
  const delivered = deliveredBy(log, read.streams);
  const loadTime = rounds * (pace.firstTokenAfter + pace.gap / 2 + (tokens - 1) * pace.gap);
  return {
    name: tool.name,
    label: tool.label ?? tool.name,
    streams,
    ...joinStreams(read.streams, log),
    ...(read.ttft !== undefined && { ttft: read.ttft }),
    startToFirst: firstOf(everything) - run.startedAt,
    startToLoad: firstOf(log) - run.startedAt,
    ...delivered,
    possible: (streams * rounds * tokens) / (loadTime / 1e9),
    cpu: run.cpu,
    cpuPerToken: run.cpu / delivered.tokens,
    memory: run.memory,
    stall: run.stall,
    wall: run.wall,
    loadTime,
  };
}

/** When the first of them came. */
const firstOf = (log) => log.reduce((first, { receivedAt }) => Math.min(first, receivedAt), Number.POSITIVE_INFINITY);

/** The end of what a tool printed. */
const lastWords = (path) => readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' ').slice(-400);
