import type { ModelRequest, ProtocolDefinition } from '../clients/index.ts';
import type { Plan } from '../config/index.ts';
import type { Work } from '../instrument/composer.ts';
import { hashedPrompts, PromptHash, promptText, type Schedule } from '../workload/index.ts';

export interface PreparedWork extends Work {
  /** SHA-256 of the first prompts of the schedule, however many were sent. */
  promptHash(): string;
}

/** Fields of the body that the preflight found the server to accept. */
type AcceptedFields = Pick<ModelRequest, 'forceLength' | 'extra'>;

/** The bodies of a schedule's requests, made when they are asked for, in the order of their ids. */
export function prepareWork(
  { target }: Plan,
  schedule: Schedule,
  protocol: ProtocolDefinition,
  accepted: AcceptedFields,
): PreparedWork {
  const hash = new PromptHash();
  const hashed = Math.min(hashedPrompts, schedule.count);
  let next = 0;
  const encoder = new TextEncoder();
  const hashIfNext = (request: number, prompt: string): void => {
    if (request !== next || next >= hashed) return;
    hash.add(prompt);
    next++;
  };
  return {
    count: schedule.count,
    ...(schedule.scheduledAt && { scheduledAt: schedule.scheduledAt }),
    body(request) {
      const prompt = promptText(schedule, request);
      hashIfNext(request, prompt);
      const maxTokens = schedule.outputTokens[request];
      const body = protocol.body({
        model: target.model,
        prompt,
        ...(maxTokens !== undefined && { maxTokens }),
        forceLength: accepted.forceLength,
        extra: accepted.extra,
      });
      return encoder.encode(JSON.stringify(body));
    },
    promptHash() {
      while (next < hashed) hashIfNext(next, promptText(schedule, next));
      return hash.digest();
    },
  };
}
