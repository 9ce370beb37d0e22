import { type Definition, registry } from '../../core/registry.ts';

/** A body field that holds the length of an answer. Servers differ in which they know. */
export interface LengthParameter extends Definition {
  readonly summary: string;
  value(tokens: number): unknown;
}

export const lengthParameters = registry<LengthParameter>('length parameter', [
  { kind: 'max_tokens', summary: 'upper bound; known to every server', value: (tokens) => tokens },
  {
    kind: 'max_completion_tokens',
    summary: 'upper bound that counts reasoning; replaces max_tokens at hosted OpenAI',
    value: (tokens) => tokens,
  },
  { kind: 'min_tokens', summary: 'lower bound; vLLM, TensorRT-LLM', value: (tokens) => tokens },
  { kind: 'ignore_eos', summary: 'keeps generating past the end token; vLLM, SGLang, llama.cpp', value: () => true },
]);

/** What `auto` sends. A server that refuses unknown fields (hosted OpenAI) is found out by the preflight. */
export const autoForceLength: readonly string[] = ['max_tokens', 'min_tokens', 'ignore_eos'];

/** The kinds a plan's choice stands for. */
export function chosenLengthParameters(choice: 'auto' | 'none' | readonly string[]): readonly string[] {
  if (choice === 'auto') return autoForceLength;
  return choice === 'none' ? [] : choice;
}

/** The bound is always sent where there is one; the rest only to force the length. */
export function lengthFields(maxTokens: number | undefined, forceLength: readonly string[]): Record<string, unknown> {
  if (maxTokens === undefined) return {};
  const bound = forceLength.includes('max_completion_tokens') ? 'max_completion_tokens' : 'max_tokens';
  const kinds = new Set([bound, ...forceLength]);
  return Object.fromEntries([...kinds].map((kind) => [kind, lengthParameters.get(kind).value(maxTokens)]));
}
