import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { encodeInTurns } from '../prompt-tokens.ts';
import type { AnswerIdentity, EventWriter, Protocol, WholeAnswer } from '../protocol.ts';
import { parseFields, readSharedFields, sharedFields } from '../request-fields.ts';
import type { WireUsage } from '../stream-part.ts';

const tokenIds = z.array(z.number().int().min(0)).min(1);

const fields = z.looseObject({
  ...sharedFields,
  prompt: z.union([z.string(), tokenIds, z.array(z.string()).min(1), z.array(tokenIds).min(1)]),
});

type Prompt = z.output<typeof fields>['prompt'];

/** `POST /v1/completions`. */
export const completions: Protocol = {
  kind: 'completions',
  path: '/v1/completions',
  idPrefix: 'cmpl-',
  async parse(body) {
    const request = parseFields(fields, body);
    const call = readSharedFields(request, request.max_tokens ?? defaultMaxTokens);
    return { ...call, promptTokens: await promptTokens(request.prompt) };
  },
  events: completionEvents,
  json: completionAnswer,
};

/** The API's own default of this endpoint. */
const defaultMaxTokens = 16;

async function promptTokens(prompt: Prompt): Promise<number[]> {
  if (typeof prompt === 'string') return encodeInTurns(prompt);
  if (isTokenIds(prompt)) return prompt;
  const [only] = prompt;
  if (only === undefined || prompt.length > 1) {
    throw new ApiError(400, `this engine takes one prompt a request, not ${prompt.length}`, 'prompt');
  }
  return typeof only === 'string' ? encodeInTurns(only) : only;
}

const isTokenIds = (prompt: Exclude<Prompt, string>): prompt is number[] => typeof prompt[0] === 'number';

function completionEvents({ id, created, model }: AnswerIdentity): EventWriter {
  const head = JSON.stringify({ id, object: 'text_completion', created, model }).slice(0, -1);
  const start = `data: ${head},"choices":[`;
  const close = (usage: WireUsage | undefined): string =>
    usage ? `],"usage":${JSON.stringify(usage)}}\n\n` : ']}\n\n';
  const choice = (text: string, rest: string, usage: WireUsage | undefined): string =>
    `${start}{"index":0,"text":${JSON.stringify(text)},"logprobs":null,${rest}}${close(usage)}`;
  return {
    role: () => undefined,
    tokens: (_field, text, ids, usage) =>
      choice(text, `"finish_reason":null,"stop_reason":null${ids ? `,"token_ids":${JSON.stringify(ids)}` : ''}`, usage),
    finish: (reason, usage) => choice('', `"finish_reason":${JSON.stringify(reason)},"stop_reason":null`, usage),
    usage: (usage) => `${start}${close(usage)}`,
  };
}

function completionAnswer({ id, created, model }: AnswerIdentity, answer: WholeAnswer): object {
  const { content, reasoning, tool } = answer.texts;
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: [
      {
        index: 0,
        text: reasoning + content + tool,
        logprobs: null,
        finish_reason: answer.finishReason,
        stop_reason: null,
        ...(answer.tokenIds ? { token_ids: answer.tokenIds } : {}),
      },
    ],
    ...(answer.usage ? { usage: answer.usage } : {}),
  };
}
