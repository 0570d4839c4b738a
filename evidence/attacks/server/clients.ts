import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { JsonObject } from '../../../src/base/json.js';

export interface OidcTarget {
  readonly connection: string;
  readonly kind: string;
  readonly id: string;
  /** `null` for public clients, and for clients that sign assertions. */
  readonly secret: string | null;
  readonly redirectUri: string;
  /** False if the client must push its request, or needs the provider's `id_token_hint`. */
  readonly isOpenToBrowsers: boolean;
}

export interface KnownProviders {
  readonly orgUrl: string;
  readonly login: string;
  readonly externalMfa: string;
}

const appUri = 'https://app.example.com/callback';
const shopDomain = 'https://shop.auth.eu-central-1.amazoncognito.com';
const oneLoginUri = 'https://partners.onelogin.com/access/idp';

const newSecret = (): string => randomBytes(32).toString('base64url');

const rows = (orgUrl: string, publicKeys: JsonObject[]): readonly (readonly [string, string, string, JsonObject])[] => [
  ['workforce', 'relying_party', 'app', {}],
  ['workforce', 'relying_party', 'spa', {}],
  ['workforce', 'relying_party', 'signer', { publicKeys }],
  ['workforce', 'relying_party', 'portal', { mayEnrol: true }],
  ['workforce', 'relying_party', 'load', {}],
  ['workforce', 'okta_factor', 'okta-factor', { orgUrls: [orgUrl] }],
  [
    ...(['workforce', 'okta_idv', 'okta-idv'] as const),
    {
      orgUrls: [orgUrl],
      termsOfUse: 'https://app.example.com/terms',
      privacyPolicy: 'https://app.example.com/privacy',
    },
  ],
  ['rival', 'relying_party', 'rival-app', {}],
  ['partners', 'onelogin_factor', 'onelogin-factor', { redirectUris: [oneLoginUri] }],
  ['shop', 'cognito', 'cognito-pool', { domains: [shopDomain] }],
  ['field', 'relying_party', 'field-app', {}],
];

const secretless = ['spa', 'signer'];

export async function createOidcClients() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signerKey = { ...(await exportJWK(publicKey)), kty: 'RSA', kid: 'signer-1', alg: 'RS256', use: 'sig' };
  const table = (orgUrl: string) => rows(orgUrl, [JSON.parse(JSON.stringify(signerKey))]);
  const secrets = new Map(table('').map(([, , id]) => [id, secretless.includes(id) ? null : newSecret()]));
  return {
    configured: (connection: string, orgUrl = ''): JsonObject[] =>
      table(orgUrl).flatMap(([of, kind, id, more]) => {
        if (of !== connection) return [];
        const secret = secrets.get(id) ?? null;
        const uris = kind === 'relying_party' ? { redirectUris: [appUri] } : {};
        return [{ kind, id, ...(secret === null ? {} : { secret }), ...uris, ...more }];
      }),
    targets({ orgUrl, login, externalMfa }: KnownProviders): readonly OidcTarget[] {
      const uris: Readonly<Record<string, string>> = {
        okta_factor: `${orgUrl}/oauth2/v1/authorize/callback`,
        okta_idv: `${orgUrl}/idp/identity-verification/callback`,
        entra_external_mfa: `${login}/common/federation/externalauthprovider`,
        onelogin_factor: oneLoginUri,
        cognito: `${shopDomain}/oauth2/idpresponse`,
      };
      return [...table(orgUrl), ['staff', 'entra_external_mfa', externalMfa] as const].map(
        ([connection, kind, id]) => ({
          ...{ connection, kind, id, secret: secrets.get(id) ?? null, redirectUri: uris[kind] ?? appUri },
          isOpenToBrowsers: !['okta_idv', 'entra_external_mfa'].includes(kind),
        }),
      );
    },
    signAssertion(claims: JWTPayload): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: 'signer', sub: 'signer', iat: now, exp: now + 60, jti: newSecret(), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'signer-1' })
        .sign(privateKey);
    },
  };
}

export type OidcClients = Awaited<ReturnType<typeof createOidcClients>>;
