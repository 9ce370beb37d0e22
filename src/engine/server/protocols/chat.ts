import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { eventAround } from '../event-around.ts';
import { encodeChat } from '../prompt-tokens.ts';
import type { AnswerIdentity, EventWriter, Protocol, TokenDetail, WholeAnswer } from '../protocol.ts';
import { parseFields, readSharedFields, sharedFields } from '../request-fields.ts';
import type { TokenField, WireUsage } from '../stream-part.ts';
import { chatLogprobs } from '../token-logprobs.ts';

const contentPart = z.looseObject({ type: z.string(), text: z.string().nullish() });

const message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(contentPart)]).nullish(),
});

const fields = z.looseObject({
  ...sharedFields,
  messages: z.array(message).min(1),
  max_completion_tokens: z.number().int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
  tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]).nullish(),
});

const textOf = (content: z.output<typeof message>['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** Whether it calls one is the model's choice otherwise, and this one never does. */
function asksForTool({ tools, tool_choice: choice }: z.output<typeof fields>): boolean {
  const asks = choice === 'required' || typeof choice === 'object';
  if (asks && choice !== null && !tools?.length) {
    throw new ApiError(400, 'tool_choice asks for a tool, and tools has none', 'tool_choice');
  }
  return asks && choice !== null;
}

/** `POST /v1/chat/completions`. */
export const chat: Protocol = {
  kind: 'chat',
  path: '/v1/chat/completions',
  idPrefix: 'chatcmpl-',
  async parse(body) {
    const request = parseFields(fields, body);
    const call = readSharedFields(request, request.max_completion_tokens ?? request.max_tokens ?? undefined);
    const messages = request.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
    return {
      ...call,
      logprobs: request.logprobs ? (request.top_logprobs ?? 0) : undefined,
      toolOnly: asksForTool(request),
      promptTokens: await encodeChat(messages),
      promptField: 'messages',
    };
  },
  events: chatEvents,
  json: chatAnswer,
};

const logprobsOf = (detail: TokenDetail | undefined): object | null =>
  detail?.logprobs ? chatLogprobs(detail.logprobs) : null;

const toolCall = { index: 0, id: 'call_0', type: 'function', function: { name: 'answer', arguments: '' } };

function chatEvents({ id, created, model }: AnswerIdentity, index: number): EventWriter {
  const head = JSON.stringify({ id, object: 'chat.completion.chunk', created, model }).slice(0, -1);
  const close = (usage: WireUsage | undefined): string =>
    usage ? `],"usage":${JSON.stringify(usage)}}\n\n` : ']}\n\n';
  const start = `data: ${head},"choices":[`;
  const choice = (delta: string, rest: string, usage?: WireUsage, logprobs = 'null'): string =>
    `${start}{"index":${index},"delta":${delta},"logprobs":${logprobs},${rest}}${close(usage)}`;
  const running = '"finish_reason":null';
  const plain = eventAround((quoted) => choice(`{"content":${quoted}}`, running));
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
    role: (usage) => choice('{"role":"assistant","content":""}', running, usage),
    tokens: (field, text, detail, usage) => {
      if (field === 'content' && !detail && !usage) return plain(text);
      const { ids } = detail ?? {};
      const rest = ids ? `${running},"token_ids":${JSON.stringify(ids)}` : running;
      return choice(delta(field, text), rest, usage, JSON.stringify(logprobsOf(detail)));
    },
    finish: ({ reason, stopReason = null }, usage) =>
      choice('{}', `"finish_reason":${JSON.stringify(reason)},"stop_reason":${JSON.stringify(stopReason)}`, usage),
    usage: (usage) => `${start}${close(usage)}`,
  };
}

function chatAnswer(
  { id, created, model }: AnswerIdentity,
  answers: readonly WholeAnswer[],
  usage: WireUsage | undefined,
): object {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: answers.map(chatChoice),
    ...(usage && { usage }),
  };
}

function chatChoice({ texts, ending, detail }: WholeAnswer, index: number): object {
  const { content, reasoning, tool } = texts;
  return {
    index,
    message: {
      role: 'assistant',
      content: content === '' && tool !== '' ? null : content,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(tool === '' ? {} : { tool_calls: [{ ...toolCall, function: { name: 'answer', arguments: tool } }] }),
    },
    logprobs: logprobsOf(detail),
    finish_reason: ending.reason,
    stop_reason: ending.stopReason ?? null,
    ...(detail?.ids ? { token_ids: detail.ids } : {}),
  };
}
