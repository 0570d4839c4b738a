import { randomBytes } from 'node:crypto';
import type { OidcTarget } from './clients.js';
import type { BadCredential } from './credential-forms.js';
import { asSession } from './credentials.js';
import type { Header } from './request.js';
import { asOidcClient } from './sign-in.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

/* Clients that are not who they say, and grants that nobody gave. */

interface Parts {
  readonly stage: Stage;
  readonly victims: Victims;
  readonly client: OidcTarget;
}

type Params = Readonly<Record<string, string>>;

const as = (
  kind: BadCredential['class'],
  variant: string,
  headers: readonly Header[],
  fields: Params = {},
): BadCredential => ({
  class: kind,
  variant,
  headers,
  fields,
});

const basic = (id: string, secret: string): readonly Header[] => asOidcClient({ id, secret });

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Assertions that no key of a client signed. */
function badAssertions(audience: string): readonly (readonly [string, string])[] {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'signer',
    sub: 'signer',
    aud: audience,
    iat: now,
    exp: now + 60,
    jti: randomBytes(8).toString('hex'),
  };
  const unsigned = (header: object): string => `${encode(header)}.${encode(claims)}.`;
  return [
    ['an unsigned assertion', unsigned({ alg: 'none' })],
    ['an assertion with a signature of nothing', `${unsigned({ alg: 'RS256', kid: 'signer-1' })}AAAA`],
    ['an assertion by a shared secret', `${unsigned({ alg: 'HS256', kid: 'signer-1' })}AAAA`],
    ['an assertion that is none', 'a.b.c'],
  ];
}

export function badClients(connection: string, { stage, client }: Parts): readonly BadCredential[] {
  const { targets } = stage.providers;
  const secret = client.secret ?? randomBytes(32).toString('base64url');
  const foreign = targets.find((target) => target.connection !== connection && target.secret !== null) ?? client;
  const other = targets.find(
    (target) => target.connection === connection && target.secret !== null && target.id !== client.id,
  );
  const audience = `${stage.url}/oidc/${connection}`;
  return [
    as('forged', 'no client', [], { client_id: '' }),
    as('forged', 'a client without its secret', [], { client_id: client.secret === null ? 'nobody' : client.id }),
    as('forged', 'another secret', basic(client.id, randomBytes(32).toString('base64url'))),
    as('forged', 'an empty secret', basic(client.id, '')),
    as('forged', 'the secret but its last letter', basic(client.id, secret.slice(0, -1))),
    as('forged', 'the secret in the form, wrongly', [], { client_id: client.id, client_secret: `${secret}x` }),
    as('forged', 'the secret in both places', basic(client.id, `${secret}x`), {
      client_id: client.id,
      client_secret: secret,
    }),
    as('forged', 'a client of a prototype', basic('__proto__', secret)),
    as('forged', 'broken base64', [['Authorization', 'Basic %%%']]),
    as('forged', 'no colon', [['Authorization', `Basic ${Buffer.from('nobody').toString('base64')}`]]),
    ...badAssertions(audience).map(([variant, assertion]) =>
      as('forged', variant, [], {
        client_id: 'signer',
        client_assertion_type: jwtBearer,
        client_assertion: assertion,
      }),
    ),
    as('replayed', 'a secret of another time', basic(client.id, `old-${secret}`)),
    as('cross-tenant', 'another tenant’s client', asOidcClient(foreign), { redirect_uri: foreign.redirectUri }),
    as('cross-tenant', 'this client under another tenant’s secret', basic(client.id, foreign.secret ?? '')),
    as('wrong role', 'a client token as the secret', basic(client.id, stage.credentials.client)),
    as('wrong role', 'a client token as bearer', asSession(stage.credentials.client)),
    ...(other === undefined ? [] : [as('wrong role', 'another client’s secret', basic(client.id, other.secret ?? ''))]),
  ];
}

export function badGrants({ stage, victims, client }: Parts): readonly BadCredential[] {
  const known = asOidcClient(client);
  const bare: Params = client.secret === null ? { client_id: client.id } : {};
  const grant = (kind: BadCredential['class'], variant: string, fields: Params): BadCredential =>
    as(kind, variant, known, { ...bare, ...fields });
  return [
    grant('forged', 'a code nobody issued', {}),
    grant('forged', 'no code', { code: '' }),
    grant('forged', 'a code of a prototype', { code: '__proto__' }),
    ...[
      'client_credentials',
      'password',
      'refresh_token',
      'implicit',
      'urn:ietf:params:oauth:grant-type:device_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      jwtBearer,
      '__proto__',
      '',
    ].map((type) =>
      grant('forged', `the grant ${type || 'nothing'}`, {
        grant_type: type,
        username: 'a',
        password: 'b',
        refresh_token: 'c',
      }),
    ),
    grant('replayed', 'a receipt in place of the code', { code: victims.stepUps.finished.challenge }),
    grant('cross-tenant', 'another tenant’s step-up as the code', { code: victims.stepUps.rival.challenge }),
    grant('wrong role', 'a ticket as the code', { code: victims.ticket }),
    grant('wrong role', 'a session as the code', { code: victims.sessions.own }),
    grant('wrong role', 'a client token as the code', { code: stage.credentials.client }),
  ];
}
