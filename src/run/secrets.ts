import { readFileSync } from 'node:fs';
import { MetronError } from '../core/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AuthorizedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** Values that must never be written anywhere. */
  readonly secrets: readonly string[];
}

/** Headers as they are sent: values from the environment filled in, the key added only where one is named. */
export function authorize(
  headers: Readonly<Record<string, string>>,
  apiKeyEnv: string | undefined,
  env: Environment,
): AuthorizedHeaders {
  const secrets: string[] = [];
  const fromEnvironment = (name: string, use: string): string => {
    const value = env[name];
    if (value === undefined || value === '') {
      throw new MetronError('NO_KEY', `the environment variable ${name} (${use}) is not set`, {
        hint: `export ${name}=… first; metron never takes a key on the command line`,
      });
    }
    secrets.push(value);
    return value;
  };
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) =>
        fromEnvironment(variable, `header ${name}`),
      ),
    ]),
  );
  if (apiKeyEnv !== undefined) filled.authorization = `Bearer ${fromEnvironment(apiKeyEnv, 'API key')}`;
  return { headers: filled, secrets: [...secrets, ...credentialsIn(filled)] };
}

/** What was written in full in a header that carries credentials is a secret too. */
function credentialsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => /authorization|api-?key|token|secret|cookie/.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')]);
}

export function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new MetronError('CA_UNREADABLE', `the certificate file ${file} cannot be read`, {
      hint: 'give a PEM file with --ca',
      cause,
    });
  }
}
