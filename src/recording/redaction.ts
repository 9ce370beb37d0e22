/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

const mark = '[redacted]';

/** Shorter strings are too common to be searched for. */
const shortestSecret = 4;

const tokenAfterScheme = /\b(Bearer|Basic|Token)(\s+)(?!\[redacted\])[\w.~+/=-]{6,}/gi;
const vendorKeys = /\b(sk|pk|hf|gsk|xai)[-_][\w*-]{12,}/g;
const urlCredentials = /(\w:\/\/)[^\s/@"']+@/g;

/** The spellings in which a secret turns up in bodies, URLs and JSON. */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64');
  return [secret, json, encodeURIComponent(secret), base64];
}

/**
 * Removes the given secrets in every usual spelling, and whatever looks like a credential although
 * nobody named it. Longer secrets first, so that one which contains another leaves nothing behind.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const needles = [...new Set(secrets.flatMap((secret) => [secret, ...withoutScheme(secret)]))]
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap(spellings);
  const ordered = [...new Set(needles)].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const needle of ordered) if (clean.includes(needle)) clean = clean.replaceAll(needle, mark);
    return clean
      .replace(tokenAfterScheme, `$1$2${mark}`)
      .replace(vendorKeys, mark)
      .replace(urlCredentials, `$1${mark}@`);
  };
}

/** `Bearer KEY` is a secret because of KEY. */
function withoutScheme(secret: string): string[] {
  const match = /^(?:Bearer|Basic|Token)\s+(\S+)$/i.exec(secret);
  return match?.[1] ? [match[1]] : [];
}

const secretKeys = /^(proxy-)?authorization$|^(x-)?api[-_]?key$|^(set-)?cookie$|password|secret|^access[-_]?token$/i;

/** A JSON value with secrets taken out of its strings and out of the fields that are made for them. */
export function redactJson(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactJson(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redact(key),
      secretKeys.test(key) && typeof item === 'string' ? mark : redactJson(item, redact),
    ]),
  );
}
