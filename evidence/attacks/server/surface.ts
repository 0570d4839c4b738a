import { z } from 'zod';
import type { Json } from '../../../src/base/json.js';
import type { Answer } from './answer.js';

export type Needs =
  | { readonly kind: 'client'; readonly scope: string | null }
  | { readonly kind: 'admin'; readonly right: string }
  | { readonly kind: 'session' }
  /** User who signed in at the console through the company's provider. */
  | { readonly kind: 'developer' }
  /** API key of an application, for security event streams. */
  | { readonly kind: 'stream' }
  | { readonly kind: 'open' }
  | { readonly kind: 'hook' }
  | { readonly kind: 'oidc' }
  | { readonly kind: 'public' };

export type Schema = Readonly<Record<string, Json>>;

export interface Endpoint {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly needs: Needs;
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly photos: Readonly<Record<string, { readonly atLeast: number; readonly atMost: number }>>;
}

const schemaGuard = z.record(z.string(), z.json());

const operationGuard = z.object({
  description: z.string().default(''),
  security: z.array(z.record(z.string(), z.json())).default([]),
  requestBody: z
    .object({
      content: z.record(
        z.string(),
        z.object({
          schema: z.object({
            properties: z.record(z.string(), schemaGuard).default({}),
            required: z.array(z.string()).default([]),
          }),
        }),
      ),
    })
    .optional(),
});

const descriptionGuard = z.object({ paths: z.record(z.string(), z.record(z.string(), operationGuard)) });

const fileGuard = z.object({
  items: z.object({ contentMediaType: z.string() }),
  minItems: z.int(),
  maxItems: z.int(),
});

function toNeeds({ description, security }: z.output<typeof operationGuard>, method: string): Needs {
  const [scheme] = security.flatMap((each) => Object.keys(each));
  if (scheme === 'clientToken') {
    return { kind: 'client', scope: /Needs the scope `([\w-]+)`/.exec(description)?.[1] ?? null };
  }
  if (scheme === 'adminKey') return { kind: 'admin', right: /Needs the right `([\w-]+)`/.exec(description)?.[1] ?? '' };
  if (scheme === 'pageSession') return { kind: 'session' };
  if (scheme === 'consoleSession') return { kind: 'developer' };
  if (scheme === 'streamKey') return { kind: 'stream' };
  return { kind: method === 'GET' ? 'public' : 'open' };
}

export function readDescription({ text }: Answer): readonly Endpoint[] {
  const { paths } = descriptionGuard.parse(JSON.parse(text));
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]): Endpoint => {
      const method = verb.toUpperCase();
      const needs = toNeeds(operation, method);
      const schema = operation.requestBody?.content['multipart/form-data']?.schema;
      const all = Object.entries(schema?.properties ?? {}).filter(([name]) => name !== 'auth_token');
      const isFile = (field: Schema): boolean => fileGuard.safeParse(field).success;
      const photos = all.flatMap(([name, field]) => {
        const found = fileGuard.safeParse(field).data;
        return found === undefined ? [] : [[name, { atLeast: found.minItems, atMost: found.maxItems }] as const];
      });
      return {
        name: `${method} ${path}`,
        method,
        path,
        needs,
        fields: Object.fromEntries(all.filter(([, field]) => !isFile(field))),
        required: schema?.required ?? [],
        photos: Object.fromEntries(photos),
      };
    }),
  );
}

const bare = { fields: {}, required: [], photos: {} } as const;

/** Creates an endpoint that is not in the OpenAPI description. */
export const endpointOf = (method: string, path: string, needs: Needs): Endpoint => ({
  name: `${method} ${path}`,
  method,
  path,
  needs,
  ...bare,
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
  [...pagePaths, ...assets].map((path) => endpointOf('GET', path, { kind: 'public' }));

export const metricsEndpoint: Endpoint = endpointOf('GET', '/metrics', { kind: 'public' });

const oidcPaths = [
  ['GET', '/.well-known/openid-configuration'],
  ['GET', '/.well-known/oauth-authorization-server'],
  ['GET', '/jwks'],
  ['GET', '/authorize'],
  ['POST', '/authorize'],
  ['GET', '/authorize/{uid}'],
  ['GET', '/interaction/{uid}'],
  ['POST', '/interaction/{uid}'],
  ['POST', '/par'],
  ['POST', '/token'],
  ['GET', '/userinfo'],
  ['POST', '/userinfo'],
] as const;

const publicOidc = /\/(jwks|openid-configuration|oauth-authorization-server)$/;

export const oidcEndpoints = (connections: readonly string[]): readonly Endpoint[] =>
  connections.flatMap((id) => [
    // RFC 8414 inserts the well-known path before the issuer's path.
    endpointOf('GET', `/.well-known/oauth-authorization-server/oidc/${id}`, { kind: 'public' }),
    ...oidcPaths.map(([method, path]) =>
      endpointOf(method, `/oidc/${id}${path}`, { kind: publicOidc.test(path) ? 'public' : 'oidc' }),
    ),
  ]);

export const fillPath = (path: string, part: string): string => path.replace(/\{\w+\}/g, part);
