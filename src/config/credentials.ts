import { z } from 'zod';
import { registeredClaimsGuard } from './claims.js';

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

export const credentialsGuard = z
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
  .default({});

export type CredentialConfigs = Readonly<Record<string, CredentialConfig>>;
