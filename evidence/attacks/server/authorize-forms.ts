import { randomBytes } from 'node:crypto';
import type { OidcTarget } from './clients.js';
import type { BadCredential } from './credential-forms.js';
import { externalMfaParams, type OidcVictims } from './oidc-victims.js';
import type { Stage } from './stage.js';

/* Authorization requests that must not lead to a face check, nor anywhere but to the client. */

type Params = Readonly<Record<string, string>>;

const as = (kind: BadCredential['class'], variant: string, fields: Params): BadCredential => ({
  class: kind,
  variant,
  headers: [],
  fields,
});

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Addresses that look like the client's. */
const lookalikes = (uri: string): readonly (readonly [string, string])[] => [
  ['another host', 'https://evil.example.com/callback'],
  ['a host that ends alike', uri.replace('://', '://evil-')],
  ['a host that begins alike', uri.replace(/^(https?:\/\/[^/]+)/, '$1.evil.example.com')],
  ['a user before another host', uri.replace(/^(https?:\/\/)([^/]+)/, '$1$2@evil.example.com')],
  ['a longer path', `${uri}/more`],
  ['a query', `${uri}?next=https://evil.example.com`],
  ['a fragment', `${uri}#a`],
  ['dots', `${uri}/../open`],
  ['capitals', uri.toUpperCase()],
  ['another scheme', uri.replace(/^https?:/, 'javascript:')],
  ['data', 'data:text/html,a'],
  ['a relative one', '/callback'],
  ['two of them', `${uri} https://evil.example.com`],
];

export function badAuthorizations(
  connection: string,
  { stage, others, client }: { readonly stage: Stage; readonly others: OidcVictims; readonly client: OidcTarget },
): readonly BadCredential[] {
  const { outside, targets } = stage.providers;
  const lure = `${outside.url}/lure/${connection}`;
  const foreign = targets.find((target) => target.connection !== connection && target.secret !== null) ?? client;
  const own = targets.filter((target) => target.connection === connection);
  const bare = own.find(({ kind, secret }) => kind === 'relying_party' && secret === null);
  const pushing = own.find(({ kind }) => kind === 'okta_idv');
  const pushedElsewhere = Object.entries(others.pushed).find(([each]) => each !== connection)?.[1] ?? '';
  const unsigned = `${encode({ alg: 'none' })}.${encode({ client_id: client.id, iss: client.id })}.`;
  const requestUri = (id: string): Params => ({ request_uri: `urn:ietf:params:oauth:request_uri:${id}` });
  const hints = client.kind === 'entra_external_mfa' ? others.badHints : [];
  return [
    ...hints.map(([variant, hint]) => as('forged', variant, externalMfaParams(client, hint))),
    as('forged', 'no client', { client_id: '' }),
    as('forged', 'a client nobody registered', { client_id: 'nobody' }),
    as('forged', 'a client of a prototype', { client_id: '__proto__' }),
    as('forged', 'no redirect URI', { redirect_uri: '' }),
    ...lookalikes(client.redirectUri).map(([variant, uri]) =>
      as('forged', `redirect URI: ${variant}`, { redirect_uri: uri }),
    ),
    ...['token', 'id_token token', 'none', 'code token', 'CODE', '__proto__'].map((type) =>
      as('forged', `response type: ${type}`, { response_type: type }),
    ),
    as('forged', 'a request object nobody signed', { request: unsigned }),
    as('forged', 'a request of a stranger’s address', { request_uri: lure }),
    as('forged', 'a request of a file', { request_uri: 'file:///etc/passwd' }),
    as('forged', 'a request that nobody pushed', requestUri(randomBytes(16).toString('base64url'))),
    as('forged', 'a request of a prototype', requestUri('__proto__')),
    as('forged', 'a hint nobody issued', { id_token_hint: unsigned }),
    as('forged', 'no question allowed', { prompt: 'none' }),
    as('forged', 'claims that are no JSON', { claims: '{' }),
    as('forged', 'claims of a prototype', { claims: '{"__proto__":{"sub":1},"id_token":{"sub":{"value":"x"}}}' }),
    as('forged', 'a level nobody has', { claims: '{"id_token":{"acr":{"essential":true,"values":["highest"]}}}' }),
    as('forged', 'a name of 4 KB', { login_hint: 'a'.repeat(4096) }),
    as('forged', 'a challenge in plain', { code_challenge_method: 'plain' }),
    as('forged', 'a challenge that is none', { code_challenge: 'a' }),
    as('replayed', 'Entra’s hint that was used', { ...externalMfaParams(client, others.usedHint), scope: 'openid' }),
    as('cross-tenant', 'another tenant’s client', { client_id: foreign.id, redirect_uri: foreign.redirectUri }),
    as('cross-tenant', 'a request pushed at another tenant', { request_uri: pushedElsewhere }),
    as('cross-tenant', 'a request pushed there by that client', {
      client_id: foreign.id,
      request_uri: pushedElsewhere,
    }),
    as('wrong role', 'a client token as the client', { client_id: stage.credentials.client }),
    ...(bare === undefined
      ? []
      : [
          as('wrong role', 'a public client without PKCE', {
            client_id: bare.id,
            redirect_uri: bare.redirectUri,
            code_challenge: '',
            code_challenge_method: '',
          }),
        ]),
    ...(pushing === undefined
      ? []
      : [
          as('wrong role', 'without pushing, a client that must', {
            client_id: pushing.id,
            redirect_uri: pushing.redirectUri,
          }),
        ]),
  ];
}
