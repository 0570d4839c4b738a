import { z } from 'zod';

/*
 * OAuth client of an event receiver. It uses the client credentials grant (RFC 6749, section 4.4), and follows RFC 8414
 * and the CAEP Interoperability Profile 1.0, section 2.7. The client throws on any violation.
 */

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Requested scopes, by default `ssf.manage` and `ssf.read`. */
  readonly scope?: string;
  /** How the client authenticates, by default in the header. */
  readonly method?: 'client_secret_basic' | 'client_secret_post';
}

export function metadataUrlOf(issuer: string, name: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/${name}${pathname.replace(/\/$/, '')}`;
}

const serverGuard = z.object({
  issuer: z.url(),
  token_endpoint: z.url(),
  response_types_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()).refine((types) => types.includes('client_credentials')),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  scopes_supported: z.array(z.string()).refine((all) => all.includes('ssf.manage') && all.includes('ssf.read')),
});

/** Token response: valid for at most an hour, without a refresh token (RFC 6749, section 4.4.3). */
const tokenGuard = z.strictObject({
  access_token: z.string().regex(/^[\x20-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.int().positive().max(3600),
  scope: z.string(),
});

const refusalGuard = z.object({
  error: z.enum([
    ...(['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client'] as const),
    ...(['unsupported_grant_type', 'invalid_scope'] as const),
  ]),
});

const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** @throws Error with OAuth's error code as message */
export async function obtainAccessToken(
  issuer: string,
  { clientId, clientSecret, scope = 'ssf.manage ssf.read', method = 'client_secret_basic' }: OAuthClient,
  reach: (url: string) => string,
): Promise<string> {
  const server = serverGuard.parse(
    await (await fetch(reach(metadataUrlOf(issuer, 'oauth-authorization-server')))).json(),
  );
  if (server.issuer !== issuer) throw new Error('the metadata of another issuer');
  if (!server.token_endpoint_auth_methods_supported.includes(method)) throw new Error(`${method} is not supported`);
  const isBasic = method === 'client_secret_basic';
  const pair = Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
  const answer = await fetch(reach(server.token_endpoint), {
    method: 'POST',
    headers: isBasic ? { Authorization: `Basic ${pair}` } : {},
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', scope },
      ...(isBasic ? {} : { client_id: clientId, client_secret: clientSecret }),
    }),
  });
  if (answer.headers.get('cache-control') !== 'no-store') throw new Error('an answer that may be kept');
  const body: unknown = await answer.json();
  if (answer.status !== 200) {
    const { error } = refusalGuard.parse(body);
    if (answer.status !== (error === 'invalid_client' ? 401 : 400)) throw new Error(`${error} as ${answer.status}`);
    if (answer.status === 401 && !/^Basic /.test(answer.headers.get('www-authenticate') ?? '')) {
      throw new Error('401 without a challenge');
    }
    throw new Error(error);
  }
  const token = tokenGuard.parse(body);
  if (token.scope.split(' ').some((each) => !scope.split(' ').includes(each)))
    throw new Error('more than was asked for');
  return token.access_token;
}
