import { z } from 'zod';
import { addressMembers, isStandardClaim } from '../core/consented-data/claims.js';
import { connectionIdGuard } from './connection-id.js';

const protocolClaims = new Set(
  (
    'iss sub aud exp iat nbf jti nonce acr amr auth_time azp at_hash c_hash s_hash sid cnf act scope client_id ' +
    'presence verified_claims updated_at _claim_names _claim_sources _claim_status'
  ).split(' '),
);

export const isProtocolClaim = (name: string): boolean => protocolClaims.has(name);

export const claimNameGuard = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'expected up to 64 letters, digits and underscores, beginning with a letter')
  .refine((name) => !isProtocolClaim(name), 'expected another name: the protocol reserves this one');

const attributeGuard = z.string().regex(/^[^\s,]{1,256}$/, 'expected the name of an attribute at the provider');

const addressGuard = z
  .partialRecord(z.enum(addressMembers), attributeGuard)
  .refine((members) => Object.keys(members).length > 0, 'expected at least one member of an address');

/**
 * Source of a claim: an attribute, several attributes to join with spaces, or for the claim `address` an attribute for
 * each member.
 */
const sourceGuard = z.union([attributeGuard, z.array(attributeGuard).min(1).max(5), addressGuard]);
export type ClaimSource = z.output<typeof sourceGuard>;

export type ClaimSources = Readonly<Record<string, ClaimSource>>;

const isAddressOnlyAlone = (sources: ClaimSources): boolean =>
  Object.entries(sources).every(
    ([name, source]) => name === 'address' || typeof source === 'string' || Array.isArray(source),
  );

export const claimSourcesGuard = z
  .record(claimNameGuard, sourceGuard)
  .refine(isAddressOnlyAlone, 'expected members of an address for the claim address alone')
  .default({});

export const lineGuard = (maxCharacters: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxCharacters)
    .regex(/^\P{C}*$/u, 'expected one line of plain text');

/** A text for users. English is required. */
export const textGuard = (maxCharacters: number) =>
  z.strictObject({
    en: lineGuard(maxCharacters),
    de: lineGuard(maxCharacters).optional(),
    es: lineGuard(maxCharacters).optional(),
    fr: lineGuard(maxCharacters).optional(),
    ar: lineGuard(maxCharacters).optional(),
  });

const registeredClaimGuard = z.strictObject({
  purpose: textGuard(200).describe('Purpose of the claim, as the person reads it, by language.'),
  label: textGuard(60)
    .optional()
    .describe('Name of the claim, as the person reads it, by language. Required for claims that are not standard.'),
  from: connectionIdGuard
    .optional()
    .describe('Id of another connection that the claim comes from, if the person linked their account there.'),
});

export type RegisteredClaim = z.output<typeof registeredClaimGuard>;

export const registeredClaimsGuard = z
  .record(claimNameGuard, registeredClaimGuard)
  .refine((claims) => Object.keys(claims).length <= 50, 'expected at most 50 claims')
  .refine(
    (claims) => Object.entries(claims).every(([name, { label }]) => label !== undefined || isStandardClaim(name)),
    'expected a label for each claim that is not a standard one',
  )
  .default({});

export type RegisteredClaims = z.output<typeof registeredClaimsGuard>;
