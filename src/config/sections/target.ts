import { z } from 'zod';
import { httpVersions, lengthParameters, protocols } from '../../clients/index.ts';
import { type DisclosureField, disclosureFields } from '../../core/manifest.ts';
import { kindName } from '../kind-union.ts';

/** Said where only the scheme is missing. */
const withScheme = (input: unknown): string =>
  typeof input === 'string' && /^[\w.-]+(:\d+)?(\/|$)/.test(input) ? `; did you mean "http://${input}"?` : '';

const httpUrl = z.url({
  protocol: /^https?$/,
  hostname: /.+/,
  error: ({ input }) =>
    input === undefined
      ? "required: the server's base URL, such as http://localhost:8000/v1"
      : `expected a URL such as http://localhost:8000/v1, got ${JSON.stringify(input)}${withScheme(input)}`,
});

const withoutCredentials = httpUrl.refine((url) => !/^[a-z]+:\/\/[^/?#]*@/i.test(url), {
  error: 'a URL in a plan must not hold a user name or password, since plans are kept and shown',
});

/** What a run finds out by itself, or what has a setting of its own. */
const found = [
  'boundary',
  'model',
  'streamingProtocol',
  'loadModel',
  'arrivals',
  'seed',
  'clock',
  'warmup',
  'sampleCount',
] as const satisfies readonly DisclosureField[];

type Declarable = Exclude<DisclosureField, (typeof found)[number]>;

const declarable = Object.entries(disclosureFields).filter(([field]) => !found.some((other) => other === field));

const disclosureShape = Object.fromEntries(
  declarable.map(([field, label]) => [field, z.string().min(1).optional().meta({ description: label })]),
) as Record<Declarable, z.ZodOptional<z.ZodString>>;

export const target = z.strictObject({
  url: withoutCredentials.meta({
    description: 'base URL of the server; the path of the protocol is appended',
    examples: ['http://localhost:8000/v1'],
  }),
  model: z
    .string({ error: ({ input }) => (input === undefined ? 'required: the model, as the server names it' : undefined) })
    .min(1)
    .meta({ description: 'the model, as the server names it', examples: ['llama-3.1-8b'] }),
  protocol: kindName(protocols)
    .default(protocols.kinds[0] ?? '')
    .meta({ description: 'how to talk to the server', examples: protocols.kinds.slice(-1) }),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable, not the key itself' })
    .optional()
    .meta({
      description: 'environment variable that holds the API key; sent as a bearer token, never stored',
      examples: ['OPENAI_API_KEY'],
    }),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'not a header name' }), z.string())
    .default({})
    .meta({
      description: `extra request headers; \${NAME} takes a value from the environment and keeps it out of files`,
      examples: [{ 'x-tenant': 'blue', 'x-api-key': `\${TENANT_KEY}` }],
    }),
  body: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'extra fields of the request body, sent as they are', examples: [{ temperature: 0 }] }),
  tls: z
    .strictObject({
      ca: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'PEM file of the authority that signed the server certificate', examples: ['ca.pem'] }),
      insecure: z
        .boolean()
        .default(false)
        .meta({ description: 'accept any server certificate; for tests on a network you trust' }),
    })
    .prefault({}),
  proxy: z
    .union([z.enum(['env', 'none']), withoutCredentials], {
      error: 'expected env, none or a URL without user name and password',
    })
    .default('env')
    .meta({
      description: 'env honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY; none; or the URL of a proxy',
      examples: ['http://proxy:3128'],
    }),
  http: z
    .enum(['auto', ...httpVersions])
    .default('auto')
    .meta({
      description: 'version of HTTP: auto takes 1.1, and 2 where a TLS server has nothing else',
      examples: ['2'],
    }),
  forceLength: z
    .union([z.enum(['auto', 'none']), z.array(kindName(lengthParameters)).min(1)], {
      error: `expected auto, none or a list of ${lengthParameters.kinds.join(', ')}`,
    })
    .default('auto')
    .meta({
      description: `how the answer is held at its asked length: auto, none, or a list of ${lengthParameters.kinds.join(', ')}`,
      examples: [['max_tokens', 'ignore_eos']],
    }),
  boundary: z
    .enum(['model-engine', 'gateway', 'firewall', 'compound-system'])
    .optional()
    .meta({ description: 'what is measured: the part of the system behind the URL', examples: ['gateway'] }),
  disclosure: z
    .strictObject(disclosureShape)
    .prefault({})
    .meta({
      description: 'facts about the server that a comparison needs; kept as declared',
      examples: [{ engineVersion: '0.11.0' }],
    }),
  facts: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]*$/, { error: 'not the name of a fact' }), z.string().min(1))
    .default({})
    .meta({
      description:
        'anything else about the system, by names of your own; kept as declared, and a factor wherever two systems differ in it',
      examples: [{ attentionBackend: 'flashinfer', cudaGraphs: 'full' }],
    }),
});
