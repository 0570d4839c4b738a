import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { JsonObject } from '../../../src/base/json.js';

/** A client of a connection's OpenID provider, as whoever attacks it knows it. */
export interface OidcTarget {
  readonly connection: string;
  readonly kind: string;
  readonly id: string;
  /** `null` for one that has none, or signs. */
  readonly secret: string | null;
  readonly redirectUri: string;
  /** Whether the browser alone cannot begin: the request is pushed, or carries the provider's hint. */
  readonly isOpenToBrowsers: boolean;
}

const appUri = 'https://app.example.com/callback';

const newSecret = (): string => randomBytes(32).toString('base64url');

/** Signs as the client with a key pair does. */
export type SignAssertion = (claims: JWTPayload) => Promise<string>;

/** The clients of all connections, in the configuration and for the attack. */
export interface OidcClients {
  /** Of the connection `workforce`; the org's address is known when it runs. */
  workforce(orgUrl: string): JsonObject;
  rival(orgUrl: string): JsonObject;
  readonly partners: readonly JsonObject[];
  readonly shop: readonly JsonObject[];
  readonly field: readonly JsonObject[];
  /** What is known once every connection is. */
  targets(known: {
    readonly orgUrl: string;
    readonly login: string;
    readonly externalMfa: string;
  }): readonly OidcTarget[];
  /** The client `signer` of `workforce`. */
  readonly signAssertion: SignAssertion;
  readonly signerKey: Readonly<Record<string, unknown>>;
}

export async function createOidcClients(): Promise<OidcClients> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signerKey = { ...(await exportJWK(publicKey)), kid: 'signer-1', alg: 'RS256', use: 'sig' };
  const secrets = {
    app: newSecret(),
    portal: newSecret(),
    factor: newSecret(),
    idv: newSecret(),
    load: newSecret(),
    rival: newSecret(),
    onelogin: newSecret(),
    cognito: newSecret(),
    field: newSecret(),
  };
  const party = (id: string, more: JsonObject = {}): JsonObject => ({
    kind: 'relying_party',
    id,
    redirectUris: [appUri],
    ...more,
  });
  const shopDomain = 'https://shop.auth.eu-central-1.amazoncognito.com';
  const oneLoginUri = 'https://partners.onelogin.com/access/idp';
  return {
    workforce: (orgUrl) => ({
      clients: [
        party('app', { secret: secrets.app }),
        party('spa'),
        party('signer', { publicKeys: [{ ...signerKey, kty: 'RSA' }] as JsonObject[] }),
        party('portal', { secret: secrets.portal, mayEnrol: true }),
        party('load', { secret: secrets.load }),
        { kind: 'okta_factor', id: 'okta-factor', secret: secrets.factor, orgUrls: [orgUrl] },
        {
          kind: 'okta_idv',
          id: 'okta-idv',
          secret: secrets.idv,
          orgUrls: [orgUrl],
          termsOfUse: 'https://app.example.com/terms',
          privacyPolicy: 'https://app.example.com/privacy',
        },
      ],
    }),
    rival: () => ({ clients: [party('rival-app', { secret: secrets.rival })] }),
    partners: [
      { kind: 'onelogin_factor', id: 'onelogin-factor', secret: secrets.onelogin, redirectUris: [oneLoginUri] },
    ],
    shop: [{ kind: 'cognito', id: 'cognito-pool', secret: secrets.cognito, domains: [shopDomain] }],
    field: [party('field-app', { secret: secrets.field })],
    targets({ orgUrl, login, externalMfa }) {
      const target = (connection: string, kind: string, id: string, secret: string | null, redirectUri: string) => ({
        connection,
        kind,
        id,
        secret,
        redirectUri,
        isOpenToBrowsers: !['okta_idv', 'entra_external_mfa'].includes(kind),
      });
      return [
        target('workforce', 'relying_party', 'app', secrets.app, appUri),
        target('workforce', 'relying_party', 'spa', null, appUri),
        target('workforce', 'relying_party', 'signer', null, appUri),
        target('workforce', 'relying_party', 'portal', secrets.portal, appUri),
        target('workforce', 'relying_party', 'load', secrets.load, appUri),
        target('workforce', 'okta_factor', 'okta-factor', secrets.factor, `${orgUrl}/oauth2/v1/authorize/callback`),
        target('workforce', 'okta_idv', 'okta-idv', secrets.idv, `${orgUrl}/idp/identity-verification/callback`),
        target('rival', 'relying_party', 'rival-app', secrets.rival, appUri),
        target('staff', 'entra_external_mfa', externalMfa, null, `${login}/common/federation/externalauthprovider`),
        target('partners', 'onelogin_factor', 'onelogin-factor', secrets.onelogin, oneLoginUri),
        target('shop', 'cognito', 'cognito-pool', secrets.cognito, `${shopDomain}/oauth2/idpresponse`),
        target('field', 'relying_party', 'field-app', secrets.field, appUri),
      ];
    },
    signAssertion: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: 'signer', sub: 'signer', iat: now, exp: now + 60, jti: newSecret(), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'signer-1' })
        .sign(privateKey);
    },
    signerKey,
  };
}
