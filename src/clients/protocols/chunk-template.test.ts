import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../core/stream.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import type { ProtocolDefinition } from './protocol.ts';

function decode(protocol: ProtocolDefinition, wires: readonly string[]): StreamEvent[] {
  const decoder = protocol.decoder();
  const events: StreamEvent[] = [];
  for (const wire of wires) {
    const bytes = Buffer.from(`before${wire}after`);
    const [start, end] = [6, bytes.length - 5];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const alike = decoder.alike?.(view, start, end);
    if (alike) events.push({ kind: alike.kind, text: bytes.toString('utf8', alike.start, alike.end) });
    else decoder.push(bytes.subarray(start, end), (event) => events.push(event));
  }
  return events;
}

/** Texts that could be taken for something else: quotes, escapes, what chunks consist of. */
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '\\"',
    '\n',
    'stop',
    'content',
    'x',
    'probe of a chunk',
    '","finish_reason":"stop',
    '🙂',
  ),
);
const chunks = fc.record(
  {
    id: fc.constantFrom('x', 'y'),
    choices: fc.array(
      fc.record(
        {
          delta: fc.record(
            { content: texts, reasoning_content: texts, role: fc.constant('assistant') },
            { requiredKeys: [] },
          ),
          text: texts,
          finish_reason: fc.constantFrom(null, 'stop'),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    ),
    usage: fc.constantFrom(null, { completion_tokens: 3 }),
  },
  { requiredKeys: ['choices'] },
);

describe('the template of a chunk', () => {
  it.each([openaiChat, openaiCompletions])('reads every chunk as if it were the first: $kind', (protocol) => {
    fc.assert(
      fc.property(fc.array(chunks, { minLength: 1, maxLength: 12 }), fc.nat(11), (made, repeated) => {
        // The same chunk with other texts over and over is what templates are for.
        const like = made[repeated % made.length]!;
        const wires = [...made, like, ...made, like].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
        expect(decode(protocol, wires)).toEqual(wires.flatMap((wire) => decode(protocol, [wire])));
      }),
      { numRuns: 500 },
    );
  });

  it('reads texts that need escapes among those that do not', () => {
    const wire = (text: string): string =>
      `data: {"id":"x","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`;
    const said = Array.from({ length: 1000 }, (_, i) => `${i % 100 === 0 ? '"' : ' '}${i}`);
    expect(decode(openaiChat, said.map(wire))).toEqual(said.map((text) => ({ kind: 'content', text })));
  });

  it('reads the same from whole events as from bytes cut anywhere, however lines end', () => {
    const said = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string()), { minLength: 3, maxLength: 10 });
    const ends = fc.constantFrom('\n\n', '\r\n\r\n', '\r\r', '\n\n\n', '\n: comment\n\n');
    const prefixes = fc.constantFrom('data: ', 'data:', 'event: message\ndata: ');
    fc.assert(
      fc.property(said, fc.array(fc.tuple(prefixes, ends), { minLength: 10, maxLength: 10 }), (all, forms) => {
        const wires = all.map((content, i) => {
          const [prefix, end] = forms[i] ?? ['data: ', '\n\n'];
          return Buffer.from(`${prefix}${JSON.stringify({ id: 'ü', choices: [{ delta: { content } }] })}${end}`);
        });
        const whole: [StreamEvent, number][] = [];
        const bytewise: [StreamEvent, number][] = [];
        const decoders = [openaiChat.decoder(), openaiChat.decoder()] as const;
        for (const wire of wires) {
          decoders[0].push(wire, (...event) => whole.push(event));
          for (const byte of wire) decoders[1].push(Uint8Array.of(byte), (...event) => bytewise.push(event));
        }
        expect(whole).toEqual(bytewise);
      }),
    );
  });

  it('takes bytes that are no JSON for what they are', () => {
    const wire = (text: string): string => `data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`;
    expect(() => decode(openaiChat, [wire('a'), wire('b'), wire('\u0001')])).toThrow('not JSON');
    expect(() => decode(openaiChat, [wire('a'), wire('b'), wire('"')])).toThrow('not JSON');
  });
});
