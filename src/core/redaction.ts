/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

const mark = '[redacted]';

/** Shorter strings are too common to be searched for. */
const shortestSecret = 4;

const authorization = /\b(authorization["']?\s*[:=]\s*["']?(?:\w+\s+)?)(?!\[redacted\])[\w.~+/=-]{6,}/gi;
/** After the word, something with a digit: "bearer token" is English. */
const bearer = /\b(Bearer\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,}/gi;
const vendorKeys = /\b(sk|hf|gsk|xai)[-_][\w*-]{12,}/g;
const urlCredentials = /(\w:\/\/)[^\s/@"'<>]+@/g;

/** The spellings in which a secret turns up in bodies, URLs and JSON. */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(secret)));
  return [secret, json, encodeURIComponent(secret), base64];
}

/** Removes the given secrets in every usual spelling. */
export function createNamedRedactor(secrets: readonly string[]): Redact {
  const needles = [...new Set(secrets.flatMap((secret) => [secret, ...withoutScheme(secret)]))]
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap(spellings);
  // Longer ones first: one that contains another must leave nothing behind.
  const ordered = [...new Set(needles)].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const needle of ordered) if (clean.includes(needle)) clean = clean.replaceAll(needle, mark);
    return clean;
  };
}

/** Removes the given secrets and whatever looks like a credential although nobody named it. */
export function createRedactor(secrets: readonly string[]): Redact {
  const redactNamed = createNamedRedactor(secrets);
  return (text) =>
    redactNamed(text)
      .replace(authorization, `$1${mark}`)
      .replace(bearer, `$1${mark}`)
      .replace(vendorKeys, mark)
      .replace(urlCredentials, `$1${mark}@`);
}

/** `Bearer KEY` is a secret because of KEY. */
function withoutScheme(secret: string): string[] {
  const match = /^(?:Bearer|Basic|Token)\s+(\S+)$/i.exec(secret);
  return match?.[1] ? [match[1]] : [];
}

const secretKeys = /^(proxy-)?authorization$|^(x-)?api[-_]?key$|^(set-)?cookie$|password|secret|^access[-_]?token$/i;

/** The name of an environment variable in place of a value: it says where a secret is, not what it is. */
const reference = /^(?:\w+\s+)?\$\{\w+\}$/;

/** A JSON value with secrets taken out of its strings and out of the fields that are made for them. */
export function redactJson(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactJson(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redact(key),
      secretKeys.test(key) && typeof item === 'string' && !reference.test(item) ? mark : redactJson(item, redact),
    ]),
  );
}
