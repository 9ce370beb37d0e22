import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetronError } from '../../core/errors.ts';
import { ProtocolError, type StreamEvent } from '../../core/stream.ts';
import { autoForceLength, protocols } from '../index.ts';

const chat = protocols.get('openai-chat');
const completions = protocols.get('openai-completions');

function decode(pieces: readonly (string | Uint8Array)[], protocol = chat) {
  const events: StreamEvent[] = [];
  const sizes: number[] = [];
  const decoder = protocol.decoder();
  const keep = (event: StreamEvent, bytes: number) => {
    events.push(event);
    sizes.push(bytes);
  };
  for (const piece of pieces) decoder.push(typeof piece === 'string' ? Buffer.from(piece) : piece, keep);
  decoder.end(keep);
  return { events, sizes, done: decoder.done };
}

const event = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
const delta = (fields: object, more: object = {}): string =>
  event({ id: 'x', choices: [{ index: 0, delta: fields, ...more }] });
const one = (wire: string, protocol = chat): StreamEvent | undefined => decode([wire], protocol).events[0];

describe('decoders', () => {
  it('reads a whole conversation with the role first and usage last', () => {
    const wire = [
      delta({ role: 'assistant', content: null }),
      delta({ content: 'He' }),
      ': ping\n\n',
      delta({ content: 'llo' }),
      delta({}, { finish_reason: 'stop' }),
      event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } }),
      'data: [DONE]\n\n',
    ];
    const { events, done, sizes } = decode([wire.join('')]);
    expect(events).toEqual([
      { kind: 'other' },
      { kind: 'content', text: 'He' },
      { kind: 'content', text: 'llo' },
      { kind: 'other', finishReason: 'stop' },
      { kind: 'other', usage: { promptTokens: 5, completionTokens: 2 } },
    ]);
    expect(done).toBe(true);
    expect(sizes[1]).toBe(wire[1]!.length);
  });

  it('gives the same events however the body is cut', () => {
    const wire = Buffer.from(
      `${delta({ content: '漢🙂' })}${delta({ reasoning: 'é' })}data: [DONE]\r\n\r\n`.replace('\n\n', '\r\n\r\n'),
    );
    const whole = decode([wire]);
    expect(whole.events.map((found) => found.text)).toEqual(['漢🙂', 'é']);
    fc.assert(
      fc.property(fc.array(fc.nat(wire.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), wire.length];
        expect(decode(places.slice(1).map((end, i) => wire.subarray(places[i], end)))).toEqual(whole);
      }),
    );
  });

  it.each([
    ['an empty text', { content: '' }, { kind: 'other' }],
    ['no text', { content: null }, { kind: 'other' }],
    ['hidden thinking', { reasoning_content: 'hm' }, { kind: 'reasoning', text: 'hm' }],
    ['hidden thinking under its newer name', { reasoning: 'hm' }, { kind: 'reasoning', text: 'hm' }],
    [
      'the same thinking under both names',
      { reasoning: 'hm', reasoning_content: 'hm' },
      { kind: 'reasoning', text: 'hm' },
    ],
    ['thinking and text together', { reasoning: 'hm', content: 'a' }, { kind: 'content', text: 'hma' }],
    ['a refusal', { refusal: 'no' }, { kind: 'content', text: 'no' }],
    [
      'a list of parts',
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { kind: 'content', text: 'ab' },
    ],
    [
      'a list with thinking',
      { content: [{ type: 'thinking', thinking: [{ text: 'hm' }] }] },
      { kind: 'reasoning', text: 'hm' },
    ],
    ['a call', { tool_calls: [{ index: 0, function: { name: 'f', arguments: '' } }] }, { kind: 'tool', text: 'f' }],
    [
      'arguments of a call',
      { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
      { kind: 'tool', text: '{"a"' },
    ],
    ['the old form of a call', { function_call: { arguments: '1' } }, { kind: 'tool', text: '1' }],
    ['fields nobody knows', { audio: { data: 'x' }, future: 1 }, { kind: 'other' }],
    ['a text that is no string', { content: 7 }, { kind: 'other' }],
  ])('tells %s', (_, fields, expected) => {
    expect(one(delta(fields))).toEqual(expected);
  });

  it('joins the text of several choices and finds their finish', () => {
    const choices = [
      { index: 1, delta: { content: 'b' }, finish_reason: null },
      { index: 0, delta: { content: 'a' }, finish_reason: 'length' },
    ];
    expect(one(event({ choices }))).toEqual({ kind: 'content', text: 'ba', finishReason: 'length' });
  });

  it('takes usage from the last content chunk and from every chunk', () => {
    const usage = { completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 1 } };
    expect(one(event({ choices: [{ delta: { content: 'a' } }], usage }))).toEqual({
      kind: 'content',
      text: 'a',
      usage: { completionTokens: 3, reasoningTokens: 1 },
    });
  });

  it.each([
    [
      { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 4 } },
      { promptTokens: 9, cachedTokens: 4 },
    ],
    [
      { prompt_tokens: 9, prompt_cache_hit_tokens: 4 },
      { promptTokens: 9, cachedTokens: 4 },
    ],
    [{ completion_tokens: 0 }, { completionTokens: 0 }],
    [{ completion_tokens: '7' }, undefined],
    [{ completion_tokens: -1, prompt_tokens: 1.5 }, undefined],
    [null, undefined],
  ])('reads the counts of %j', (usage, expected) => {
    expect(one(event({ choices: [], usage }))?.usage).toEqual(expected);
  });

  it('counts token ids, also where a token brings no text', () => {
    const chunk = (content: string, token_ids: number[]) => event({ choices: [{ delta: { content }, token_ids }] });
    const thinking = event({ choices: [{ delta: { reasoning: 'hm' }, token_ids: [4] }] });
    expect(decode([chunk('ab', [1, 2]), chunk('', [3]), thinking, chunk('', [5]), chunk('', [])]).events).toEqual([
      { kind: 'content', text: 'ab', tokenIds: 2 },
      { kind: 'content', tokenIds: 1 },
      { kind: 'reasoning', text: 'hm', tokenIds: 1 },
      { kind: 'reasoning', tokenIds: 1 },
      { kind: 'other', tokenIds: 0 },
    ]);
  });

  it("keeps the server's own times", () => {
    const timings = { prompt_n: 10, prompt_ms: 12.5, note: 'x' };
    expect(one(event({ choices: [], timings }))?.serverTiming).toEqual({ prompt_n: 10, prompt_ms: 12.5 });
  });

  it.each([
    [event({ error: { message: 'out of memory', code: 500 } }), 'out of memory'],
    [event({ error: 'overloaded' }), 'overloaded'],
    [event({ error: { code: 1 } }), '{"code":1}'],
    [event({ object: 'error', message: 'old form' }), 'old form'],
    [`event: error\n${event({ detail: 'x' })}`, '{"detail":"x"}'],
    ['event: error\ndata: plain words\n\n', 'plain words'],
  ])('finds the error in %j', (wire, expected) => {
    expect(one(wire)?.error).toBe(expected);
  });

  it('does not take a null error for one', () => {
    expect(one(event({ error: null, choices: [{ delta: { content: 'a' } }] }))).toEqual({ kind: 'content', text: 'a' });
  });

  it('takes empty data for a sign of life', () => {
    expect(decode(['data:\n\ndata: \n\n']).events).toEqual([{ kind: 'other' }, { kind: 'other' }]);
  });

  it('ignores what follows the end mark', () => {
    const { events, done } = decode([
      `${delta({ content: 'a' })}data: [DONE]\n\n${delta({ content: 'b' })}data: junk\n\n`,
    ]);
    expect(events.map((found) => found.text)).toEqual(['a']);
    expect(done).toBe(true);
  });

  it('is not done without the end mark', () => {
    expect(decode([delta({ content: 'a' })]).done).toBe(false);
    expect(decode(['data: [DONE]']).done).toBe(true);
    expect(decode(['data:[DONE] \n\n']).done).toBe(true);
  });

  it('delivers a last event without its blank line if it is whole', () => {
    expect(decode([delta({ content: 'a' }).trimEnd()]).events).toEqual([{ kind: 'content', text: 'a' }]);
    expect(decode(['data: {"choices":[{"delta":{"con']).events).toEqual([]);
  });

  it('refuses what is not JSON or not an object', () => {
    expect(() => one('data: {"choices":\n\n')).toThrow(ProtocolError);
    expect(() => one('data: 5\n\n')).toThrow(ProtocolError);
    expect(() => one(`data: ${'x'.repeat(500)}\n\n`)).toThrow(/^event is not JSON: x{77}…$/);
  });

  it('survives any JSON in any place', () => {
    const anyDelta = fc.record(
      {
        choices: fc.oneof(fc.array(fc.oneof(fc.record({ delta: fc.jsonValue() }), fc.jsonValue())), fc.jsonValue()),
        usage: fc.jsonValue(),
        timings: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyDelta, (chunk) => {
        for (const protocol of protocols.all) expect(decode([event(chunk)], protocol).events).toHaveLength(1);
      }),
    );
  });

  it('reads plain completions', () => {
    const wire = [
      event({ choices: [{ index: 0, text: 'a', finish_reason: null }] }),
      event({ choices: [{ index: 0, text: '', finish_reason: 'length' }], usage: { completion_tokens: 1 } }),
    ];
    expect(decode(wire, completions).events).toEqual([
      { kind: 'content', text: 'a' },
      { kind: 'other', finishReason: 'length', usage: { completionTokens: 1 } },
    ]);
  });
});

describe('answers that were not streamed', () => {
  it('become one event', () => {
    const usage = { completion_tokens: 2 };
    const message = { role: 'assistant', content: 'Hello', reasoning_content: 'hm ' };
    expect(chat.bufferedAnswer({ choices: [{ message, finish_reason: 'stop' }], usage })).toEqual([
      { kind: 'content', text: 'hm Hello', finishReason: 'stop', usage: { completionTokens: 2 } },
    ]);
    expect(completions.bufferedAnswer({ choices: [{ text: 'Hello' }] })).toEqual([{ kind: 'content', text: 'Hello' }]);
    expect(chat.bufferedAnswer({ error: { message: 'no' } })).toEqual([{ kind: 'other', error: 'no' }]);
    expect(() => chat.bufferedAnswer([])).toThrow(ProtocolError);
  });
});

describe('bodies', () => {
  const request = { model: 'm', prompt: 'p', extra: {} };

  it.each(protocols.all)('ask $kind for a stream with usage', (protocol) => {
    const body = protocol.body({ ...request, maxTokens: 8, forceLength: autoForceLength });
    expect(body).toMatchObject({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 8,
      min_tokens: 8,
      ignore_eos: true,
    });
    expect(JSON.stringify(body)).toContain('"p"');
  });

  it('bound the length even where it is not forced, once', () => {
    expect(chat.body({ ...request, maxTokens: 8, forceLength: [] })).toMatchObject({ max_tokens: 8 });
    const body = chat.body({ ...request, maxTokens: 8, forceLength: ['max_completion_tokens'] });
    expect(body).toMatchObject({ max_completion_tokens: 8 });
    expect(body).not.toHaveProperty('max_tokens');
    expect(chat.body({ ...request, forceLength: autoForceLength })).not.toHaveProperty('ignore_eos');
  });

  it('let extra fields win', () => {
    const extra = {
      stream_options: { include_usage: true, continuous_usage_stats: true },
      temperature: 0,
      max_tokens: 3,
    };
    expect(chat.body({ ...request, maxTokens: 8, forceLength: [], extra })).toMatchObject(extra);
  });

  it('name the parameters that are known', () => {
    expect(() => chat.body({ ...request, maxTokens: 8, forceLength: ['ignore_eoss'] })).toThrow(MetronError);
  });
});
