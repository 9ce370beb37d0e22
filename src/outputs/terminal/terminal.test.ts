import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../core/record.ts';
import { milliseconds, seconds } from '../../core/units.ts';
import { defaultPolicy, scoreRun } from '../../metrics/index.ts';
import { answer } from '../../plots/answer.ts';
import { plain } from '../../plots/words.ts';
import { renderCsv } from '../csv.ts';
import { renderTerminal } from './terminal.ts';

function streamed(id: number, gaps: readonly number[], scheduledMs = id * 100): RequestRecord {
  const at: number[] = [];
  let time = scheduledMs;
  for (const gap of gaps) {
    time += gap;
    at.push(milliseconds(time));
  }
  const ones = gaps.map(() => 1);
  return {
    id,
    phase: 'measure',
    scheduledAt: milliseconds(scheduledMs),
    sentAt: milliseconds(scheduledMs),
    firstByteAt: milliseconds(scheduledMs + (gaps[0] ?? 0)),
    endedAt: milliseconds(time),
    prompt: { asked: 10, local: 10, reported: 12 },
    output: { asked: gaps.length, total: gaps.length, totalSource: 'usage', chunkSource: 'chunk' },
    chunks: { at, tokens: ones, kind: gaps.map(() => 0), bytes: ones, read: gaps.map((_, i) => i) },
    outcome: { status: 'completed', finishReason: 'length' },
  };
}

const failed = (id: number): RequestRecord => ({
  ...streamed(id, []),
  output: { asked: 20 },
  outcome: { status: 'failed', failure: { kind: 'http', httpStatus: 503, body: 'overloaded, come back later' } },
});

const steady = [120, ...Array.from({ length: 19 }, () => 20)];
const stalled = [120, ...Array.from({ length: 9 }, () => 20), 1500, ...Array.from({ length: 9 }, () => 20)];

function render(records: readonly RequestRecord[], verdict: 'valid' | 'suspect' | 'invalid', reasons: string[] = []) {
  const summary = scoreRun(records, defaultPolicy, {
    measureFrom: milliseconds(0),
    measureTo: seconds(2),
    loadModel: 'open',
  });
  const { sentence, why } = answer(summary, { verdict, reasons });
  const text = renderTerminal({
    title: 'metron · test · http://localhost:8000/v1',
    verdict: { verdict, reasons },
    summary,
    answer: sentence,
    why: why.map(plain),
    load: 'Open loop',
    files: [['report', 'runs/x/report.html']],
    color: false,
    width: 80,
  });
  return { text, summary };
}

describe('terminal', () => {
  it('shows a run with stalls and failures, word for word', () => {
    const records = [...Array.from({ length: 16 }, (_, id) => streamed(id, id === 5 ? stalled : steady)), failed(16)];
    expect(render(records, 'suspect', ['Requests left late, P99: 6 ms, suspect above 5 ms']).text).toMatchSnapshot();
  });

  it.each([
    ['steady', Array.from({ length: 20 }, (_, id) => streamed(id, steady))],
    ['one request', [streamed(0, steady)]],
    ['no completed request', [failed(0), failed(1)]],
    ['nothing', []],
    ['single tokens', Array.from({ length: 5 }, (_, id) => streamed(id, [90]))],
  ] as const)('no line is wider than 80 columns: %s', (_name, records) => {
    for (const verdict of ['valid', 'invalid'] as const) {
      for (const line of render(records, verdict, ['a reason']).text.split('\n')) {
        expect([...line].length).toBeLessThanOrEqual(80);
        expect(line).not.toMatch(/NaN|undefined|Infinity/);
      }
    }
  });

  it('states its verdict by sign and word, so that nothing hangs on colour', () => {
    expect(render([streamed(0, steady)], 'valid').text).toContain('✓ valid measurement');
    expect(render([streamed(0, steady)], 'suspect', ['r']).text).toContain('! suspect measurement');
    expect(render([streamed(0, steady)], 'invalid', ['r']).text).toContain('× invalid measurement');
  });

  it('as CSV has one statistic a line and no line for what was not measured', () => {
    const [head, ...lines] = renderCsv(render([streamed(0, steady), failed(1)], 'valid').summary)
      .trimEnd()
      .split('\n');
    const columns = (head ?? '').split(',').length;
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(line.replace(/"[^"]*"/g, '').split(',')).toHaveLength(columns);
    expect(lines.join('\n')).not.toMatch(/NaN|undefined/);
    expect(lines.filter((line) => line.startsWith('completion-incidence,'))).not.toHaveLength(0);
  });
});
