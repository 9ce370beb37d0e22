import type { ModelRequest } from '../protocols/protocol.ts';

/** Servers that know a bound under one name only say so in the refusal of the other. */
const otherBound: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
};
const essential = new Set(['max_tokens', 'max_completion_tokens']);

/**
 * The request with less of what the server's refusal complains of: length parameters it does not
 * know, or `stream_options`. Undefined if the complaint is about something else.
 */
export function withoutRefusedFields(request: ModelRequest, refusal: string): ModelRequest | undefined {
  const { forceLength, extra } = request;
  const refused = forceLength.filter((kind) => mentions(refusal, kind));
  const optional = refused.filter((kind) => !essential.has(kind));
  if (optional.length > 0) return { ...request, forceLength: forceLength.filter((kind) => !optional.includes(kind)) };
  const bound = forceLength.find((kind) => essential.has(kind)) ?? 'max_tokens';
  const other = otherBound[bound] ?? bound;
  if (mentions(refusal, bound) && mentions(refusal, other)) {
    return { ...request, forceLength: [other, ...forceLength.filter((kind) => kind !== bound)] };
  }
  if (mentions(refusal, 'stream_options') && !('stream_options' in extra)) {
    return { ...request, extra: { ...extra, stream_options: undefined } };
  }
  return speaksOfUnknownFields(refusal) ? withoutOptional(request) : undefined;
}

function withoutOptional(request: ModelRequest): ModelRequest | undefined {
  const kept = request.forceLength.filter((kind) => essential.has(kind));
  return kept.length === request.forceLength.length ? undefined : { ...request, forceLength: kept };
}

const mentions = (text: string, field: string): boolean => new RegExp(`(?<![\\w-])${field}(?![\\w-])`).test(text);

const speaksOfUnknownFields = (text: string): boolean =>
  /(unknown|unrecogni[sz]ed|unsupported|unexpected|additional|extra)[ _-](request )?(argument|field|input|key|parameter|propert)|extra_forbidden|not permitted/i.test(
    text,
  );
