import { z } from 'zod';
import { encodeChat } from '../prompt-tokens.ts';
import type { AnswerIdentity, EventWriter, Protocol, WholeAnswer } from '../protocol.ts';
import { parseFields, readSharedFields, sharedFields } from '../request-fields.ts';
import type { TokenField, WireUsage } from '../stream-part.ts';

const contentPart = z.looseObject({ type: z.string(), text: z.string().nullish() });

const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(contentPart)]).nullish(),
});

const fields = z.looseObject({
  ...sharedFields,
  messages: z.array(message).min(1),
  max_completion_tokens: z.number().int().min(1).nullish(),
});

const textOf = (content: z.output<typeof message>['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** `POST /v1/chat/completions`. */
export const chat: Protocol = {
  kind: 'chat',
  path: '/v1/chat/completions',
  idPrefix: 'chatcmpl-',
  async parse(body) {
    const request = parseFields(fields, body);
    const call = readSharedFields(request, request.max_completion_tokens ?? request.max_tokens ?? undefined);
    const messages = request.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
    return { ...call, promptTokens: await encodeChat(messages) };
  },
  events: chatEvents,
  json: chatAnswer,
};

const toolCall = { index: 0, id: 'call_0', type: 'function', function: { name: 'answer', arguments: '' } };

function chatEvents({ id, created, model }: AnswerIdentity): EventWriter {
  const head = JSON.stringify({ id, object: 'chat.completion.chunk', created, model }).slice(0, -1);
  const close = (usage: WireUsage | undefined): string =>
    usage ? `],"usage":${JSON.stringify(usage)}}\n\n` : ']}\n\n';
  const start = `data: ${head},"choices":[`;
  const choice = (delta: string, rest: string, usage: WireUsage | undefined): string =>
    `${start}{"index":0,"delta":${delta},"logprobs":null,${rest}}${close(usage)}`;
  let toolStarted = false;

  const delta = (field: TokenField, text: string): string => {
    const quoted = JSON.stringify(text);
    if (field === 'content') return `{"content":${quoted}}`;
    if (field === 'reasoning') return `{"reasoning_content":${quoted}}`;
    if (toolStarted) return `{"tool_calls":[{"index":0,"function":{"arguments":${quoted}}}]}`;
    toolStarted = true;
    const first = { ...toolCall, function: { ...toolCall.function, arguments: text } };
    return `{"tool_calls":[${JSON.stringify(first)}]}`;
  };

  return {
    role: (usage) => choice('{"role":"assistant","content":""}', '"finish_reason":null', usage),
    tokens: (field, text, ids, usage) =>
      choice(
        delta(field, text),
        ids ? `"finish_reason":null,"token_ids":${JSON.stringify(ids)}` : '"finish_reason":null',
        usage,
      ),
    finish: (reason, usage) => choice('{}', `"finish_reason":${JSON.stringify(reason)},"stop_reason":null`, usage),
    usage: (usage) => `${start}${close(usage)}`,
  };
}

function chatAnswer({ id, created, model }: AnswerIdentity, answer: WholeAnswer): object {
  const { content, reasoning, tool } = answer.texts;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' && tool !== '' ? null : content,
          ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
          ...(tool === '' ? {} : { tool_calls: [{ ...toolCall, function: { name: 'answer', arguments: tool } }] }),
        },
        logprobs: null,
        finish_reason: answer.finishReason,
        stop_reason: null,
        ...(answer.tokenIds ? { token_ids: answer.tokenIds } : {}),
      },
    ],
    ...(answer.usage ? { usage: answer.usage } : {}),
  };
}
