import { z } from 'zod';
import type { Json } from '../../../src/errors.js';
import { type Answer, atOnce, type Exchange, type Header, type Request, toBytes, type Wire } from './exchange.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

export type Schema = Readonly<Record<string, Json>>;

export interface Endpoint {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly needs: 'client' | 'admin' | 'session' | 'developer' | 'stream' | 'open' | 'hook' | 'oidc' | 'public';
  /** Scope or right that the credential must have. */
  readonly right: string;
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  /** Least number of files in each field. */
  readonly photos: Readonly<Record<string, number>>;
}

const schemaGuard = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.json())).default({}),
  required: z.array(z.string()).default([]),
});

const operationGuard = z.object({
  description: z.string().default(''),
  security: z.array(z.record(z.string(), z.json())).default([]),
  parameters: z
    .array(
      z.object({
        in: z.string().default(''),
        name: z.string().default(''),
        required: z.boolean().default(false),
        schema: z.json().default({}),
      }),
    )
    .default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: schemaGuard })) }).optional(),
});

const schemaOf = (schema: Json): Schema => z.record(z.string(), z.json()).catch({}).parse(schema);

const descriptionGuard = z.object({ paths: z.record(z.string(), z.record(z.string(), operationGuard)) });

const fileGuard = z.union([
  z.object({ items: z.object({ contentMediaType: z.string() }), minItems: z.int() }),
  z.object({ contentMediaType: z.string() }),
]);

const needsOf: Readonly<Record<string, Endpoint['needs']>> = {
  clientToken: 'client',
  adminKey: 'admin',
  pageSession: 'session',
  consoleSession: 'developer',
  streamKey: 'stream',
};

export function readDescription({ text }: Pick<Answer, 'text'>): readonly Endpoint[] {
  const { paths } = descriptionGuard.parse(JSON.parse(text));
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, { description, security, parameters, requestBody }]): Endpoint => {
      const method = verb.toUpperCase();
      const [scheme = ''] = security.flatMap((each) => Object.keys(each));
      const asked = parameters.filter((each) => each.in === 'query');
      const { properties, required } = requestBody?.content['multipart/form-data']?.schema ?? {
        properties: Object.fromEntries(asked.map(({ name, schema }) => [name, schemaOf(schema)])),
        required: asked.filter((each) => each.required).map(({ name }) => name),
      };
      const { auth_token: _, ...fields } = properties;
      const photos: Record<string, number> = {};
      for (const [name, field] of Object.entries(fields)) {
        const file = fileGuard.safeParse(field).data;
        if (file === undefined) continue;
        photos[name] = 'minItems' in file ? file.minItems : required.includes(name) ? 1 : 0;
        delete fields[name];
      }
      return {
        ...endpointOf(method, path, needsOf[scheme] ?? (method === 'GET' ? 'public' : 'open')),
        right: /Needs the (?:scope|right) `([\w-]+)`/.exec(description)?.[1] ?? '',
        fields,
        required,
        photos,
      };
    }),
  );
}

/** Creates an endpoint that is not in the OpenAPI description. */
export const endpointOf = (method: string, path: string, needs: Endpoint['needs']): Endpoint => ({
  name: `${method} ${path}`,
  method,
  path,
  needs,
  right: '',
  fields: {},
  required: [],
  photos: {},
});

const pagePaths = [
  '/face',
  '/face/kiosk',
  '/face/not-me',
  '/face/notice-worker.js',
  '/face/models/detect.onnx',
  '/face/brand/{digest}/brand.css',
  '/face/preview/{digest}',
];

export const pageEndpoints = (assets: readonly string[]): readonly Endpoint[] =>
  [...pagePaths, ...assets].map((path) => endpointOf('GET', path, 'public'));

export const metricsEndpoint = endpointOf('GET', '/metrics', 'public');

export const oidcEndpoints = (connections: readonly string[]): readonly Endpoint[] =>
  connections.flatMap((id) => {
    const all = (method: string, needs: Endpoint['needs'], paths: readonly string[]): readonly Endpoint[] =>
      paths.map((path) => endpointOf(method, `/oidc/${id}${path}`, needs));
    const known = ['openid-configuration', 'oauth-authorization-server'].map((name) => `/.well-known/${name}`);
    return [
      // RFC 8414 inserts the well-known path before the issuer's path.
      endpointOf('GET', `/.well-known/oauth-authorization-server/oidc/${id}`, 'public'),
      ...all('GET', 'public', [...known, '/jwks']),
      ...all('GET', 'oidc', ['/authorize', '/authorize/{uid}', '/interaction/{uid}', '/userinfo']),
      ...all('POST', 'oidc', ['/authorize', '/interaction/{uid}', '/par', '/token', '/userinfo']),
    ];
  });

export const hostileClasses = [
  'forged',
  'replayed',
  'truncated',
  'oversized',
  'slow',
  'duplicated',
  'cross-tenant',
  'wrong role',
  'wrong type',
  'malformed',
] as const;
export type HostileClass = (typeof hostileClasses)[number];

/** Returns what a call got although the server should have refused it, or `null`. */
export type Oracle = (exchanges: readonly Exchange[]) => string | null;

export interface Hostile {
  readonly endpoint: string;
  readonly class: HostileClass;
  readonly variant: string;
  /** `face`: needs the face engine. `slow`: runs until a timeout. */
  readonly weight: 'light' | 'face' | 'slow';
  /** Another port than that of the server, such as that of the metrics. */
  readonly port?: number;
  /** Creates the requests just before they are sent, because parts of them expire. */
  wires(): readonly Wire[] | Promise<readonly Wire[]>;
  readonly judge: Oracle;
  /** Sent after this one was judged. */
  readonly after?: Hostile;
}

export interface Battlefield {
  readonly stage: Stage;
  readonly victims: Victims;
  /** Sign-in and pushed request of another browser, by connection. */
  readonly begun: Readonly<Record<string, { readonly uid: string; readonly pushed: string }>>;
  readonly endpoints: readonly Endpoint[];
  /** Texts of all public replies. A refused caller may get one of them too, which is no breach. */
  readonly publicTexts: ReadonlySet<string>;
}

/** Credential that the server must refuse: headers and fields of a request. */
export interface Shown {
  readonly class: Extract<HostileClass, 'forged' | 'replayed' | 'cross-tenant' | 'wrong role'>;
  readonly variant: string;
  readonly headers?: readonly Header[];
  readonly fields?: Readonly<Record<string, string>>;
}

export interface Target {
  readonly endpoint: Endpoint;
  valid(): Request;
  /** Body fields with their schemas. If a schema is `null`, the server must refuse every value except the valid one. */
  readonly fields: Readonly<Record<string, Schema | null>>;
  replace(field: string, json: string): Request;
  replaceInForm(field: string, text: string): Request | null;
  readonly bad: readonly Shown[];
  /** Creates a request with a credential. */
  request(shown: Shown): Request;
  readonly refusedCaller: Oracle;
  readonly refusedRequest: Oracle;
  readonly mostBytes: number;
}

const quoted = 160;

export const describe = ({ answer, end }: Exchange): string =>
  answer === null ? end : `${answer.status} ${answer.text.slice(0, quoted).replace(/\s+/g, ' ')}`;

export const eachRefused =
  (isGiven: (answer: NonNullable<Exchange['answer']>) => boolean): Oracle =>
  (exchanges) => {
    const given = exchanges.find(({ answer }) => answer !== null && isGiven(answer));
    return given === undefined ? null : describe(given);
  };

/** Accepts every answer. Faults, leaks and side effects are still checked. */
export const open: Oracle = () => null;

export const one = (request: Request): readonly Wire[] => [atOnce(toBytes(request))];
