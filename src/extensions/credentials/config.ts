import { z } from 'zod';
import type { ConnectionAddition, GivenOidc } from '../../config/additions.js';
import { registeredClaimsGuard } from '../../config/claims.js';

/** Claim names reserved by the credential format, in addition to those of OpenID Connect. */
const formatClaims = ['vct', 'status', 'evidence'];

const credentialGuard = z.strictObject({
  vct: z
    .string()
    .max(256)
    .refine((text) => URL.canParse(text) && !/\s/.test(text), 'expected an address or a URN')
    .describe('Type of the credential: an address or a URN.'),
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{C}*$/u, 'expected one line of plain text')
    .describe('Name of the credential, as people read it.'),
  claims: registeredClaimsGuard
    .refine((claims) => Object.keys(claims).length > 0, 'expected at least one claim')
    .refine(
      (claims) => formatClaims.every((name) => !Object.hasOwn(claims, name)),
      'expected a name other than vct, status or evidence: the format reserves these',
    )
    .describe('Claims of the credential, by name. It contains only those that the person selects.'),
  days: z.int().min(1).max(365).default(90).describe('Days until the credential expires.'),
});

export type CredentialConfig = z.output<typeof credentialGuard>;

const credentialsGuard = z
  .record(
    z
      .string()
      .regex(
        /^[a-z][a-z0-9_]{0,63}$/,
        'expected up to 64 small letters, digits and underscores, beginning with a letter',
      ),
    credentialGuard,
  )
  .refine((credentials) => Object.keys(credentials).length <= 20, 'expected at most 20 credentials')
  .default({})
  .describe('Credentials that people can carry in a wallet, by id. See docs/credential.md.');

export type CredentialConfigs = Readonly<Record<string, CredentialConfig>>;

declare module '../../config/additions.js' {
  interface OidcSections {
    readonly credentials: CredentialConfigs;
  }
}

export const walletClientId = 'facestep-wallet';

const clientPrefix = 'credential:';

/** Returns the name that a consent to a credential type has in its `client` field. */
export const consentNameOf = (type: string): string => `${clientPrefix}${type}`;

/** Returns the credential type of a name from `consentNameOf`, or `null` if the name is that of a client. */
export const typeOfConsent = (client: string): string | null =>
  client.startsWith(clientPrefix) ? client.slice(clientPrefix.length) : null;

export const credentialsOf = ({ credentials = {} }: GivenOidc): CredentialConfigs => credentials;

export const credentialsAddition = {
  oidcSections: { credentials: credentialsGuard },
  insteadOfClients: 'a credential',
  isUsedAlone: (oidc) => Object.keys(credentialsOf(oidc)).length > 0,
  isReservedId: (id) => id === walletClientId || id.startsWith(clientPrefix),
  consentClientsOf: (oidc) =>
    Object.entries(credentialsOf(oidc)).map(([id, credential]) => [consentNameOf(id), credential]),
} as const satisfies ConnectionAddition;
