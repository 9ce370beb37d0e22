const mark = '[redacted]';
/** Shorter strings are too common to be searched for. */
const shortestSecret = 4;

/** `text` without the secrets, in whatever spelling bodies, headers and URLs have them. */
export function redact(text: string, secrets: readonly string[]): string {
  const needles = [...new Set(secrets.flatMap(withoutScheme))]
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap(spellings)
    // A secret that contains another goes first, so that nothing of it is left.
    .sort((a, b) => b.length - a.length);
  return needles.reduce((clean, needle) => clean.replaceAll(needle, mark), text);
}

/** `Bearer KEY` is a secret because of KEY. */
const withoutScheme = (secret: string): string[] => [secret, secret.replace(/^(?:Bearer|Basic|Token)\s+/i, '')];

function spellings(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), btoa(String.fromCharCode(...bytes))];
}
