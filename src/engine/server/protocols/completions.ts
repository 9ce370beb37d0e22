import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { eventAround } from '../event-around.ts';
import { encodeInTurns } from '../prompt-tokens.ts';
import type { AnswerIdentity, EventWriter, Protocol, WholeAnswer } from '../protocol.ts';
import { parseFields, readSharedFields, sharedFields } from '../request-fields.ts';
import type { WireUsage } from '../stream-part.ts';
import { completionLogprobs } from '../token-logprobs.ts';

const tokenIds = z.array(z.number().int().min(0)).min(1);

const fields = z.looseObject({
  ...sharedFields,
  logprobs: z.number().int().min(0).max(20).nullish(),
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
    const asked = { logprobs: request.logprobs ?? undefined, toolOnly: false };
    return { ...call, ...asked, promptTokens: await promptTokens(request.prompt), promptField: 'prompt' };
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

function completionEvents({ id, created, model }: AnswerIdentity, index: number): EventWriter {
  const head = JSON.stringify({ id, object: 'text_completion', created, model }).slice(0, -1);
  const start = `data: ${head},"choices":[`;
  const close = (usage: WireUsage | undefined): string =>
    usage ? `],"usage":${JSON.stringify(usage)}}\n\n` : ']}\n\n';
  const choice = (quoted: string, rest: string, usage?: WireUsage, logprobs = 'null'): string =>
    `${start}{"index":${index},"text":${quoted},"logprobs":${logprobs},${rest}}${close(usage)}`;
  const running = '"finish_reason":null,"stop_reason":null';
  const plain = eventAround((quoted) => choice(quoted, running));
  let length = 0;
  return {
    role: () => undefined,
    tokens: (_field, text, detail, usage) => {
      if (!detail && !usage) return plain(text);
      const { ids, logprobs } = detail ?? {};
      const rest = ids ? `${running},"token_ids":${JSON.stringify(ids)}` : running;
      const told = logprobs ? JSON.stringify(completionLogprobs(logprobs, length)) : 'null';
      length += text.length;
      return choice(JSON.stringify(text), rest, usage, told);
    },
    finish: ({ reason, stopReason = null }, usage) =>
      choice('""', `"finish_reason":${JSON.stringify(reason)},"stop_reason":${JSON.stringify(stopReason)}`, usage),
    usage: (usage) => `${start}${close(usage)}`,
  };
}

function completionAnswer(
  { id, created, model }: AnswerIdentity,
  answers: readonly WholeAnswer[],
  usage: WireUsage | undefined,
): object {
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: answers.map(completionChoice),
    ...(usage && { usage }),
  };
}

const completionChoice = ({ texts, ending, detail }: WholeAnswer, index: number): object => ({
  index,
  text: texts.reasoning + texts.content + texts.tool,
  logprobs: detail?.logprobs ? completionLogprobs(detail.logprobs, 0) : null,
  finish_reason: ending.reason,
  stop_reason: ending.stopReason ?? null,
  ...(detail?.ids ? { token_ids: detail.ids } : {}),
});
