import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { credentialGuard, headerCredentialGuard } from '../../src/config/credential.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import { type EpochMs, epochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';

/** The claim a verified face check adds to the tokens being minted. Not one of Okta's reserved names. */
export const faceClaim = 'face_verification';

/*
 * The configuration of a connection
 */

const orgUrlGuard = safeUrlGuard
  .refine((text) => !URL.canParse(text) || new URL(text).pathname === '/', 'expected the address of the org, no path')
  .transform((text) => text.replace(/\/$/, ''));

/** The attributes every Okta user has: a token must not overwrite one of them. */
const baseAttributes = new Set(
  (
    'login email secondEmail firstName lastName middleName honorificPrefix honorificSuffix title displayName nickName ' +
    'profileUrl primaryPhone mobilePhone streetAddress city state zipCode countryCode postalAddress preferredLanguage ' +
    'locale timezone userType employeeNumber costCenter organization division department managerId manager'
  )
    .toLowerCase()
    .split(' '),
);

const jwkGuard = z.looseObject({ kty: z.string() });

const isRsaKey = (text: string): boolean => {
  try {
    const key = text.trimStart().startsWith('{')
      ? createPrivateKey({ key: jwkGuard.parse(JSON.parse(text)), format: 'jwk' })
      : createPrivateKey(text);
    return key.asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

const apiAuthGuard = z.discriminatedUnion('kind', [
  /** An API token of an administrator, sent as `Authorization: SSWS …`. */
  z.strictObject({ kind: z.literal('api_token'), token: headerCredentialGuard }),
  /** A service application with a key pair (`private_key_jwt`). */
  z.strictObject({
    kind: z.literal('private_key'),
    clientId: z.string().min(1).max(256),
    /** An RSA key, as PEM or JWK text: the SDK signs its DPoP proofs with RS256 whatever the key. */
    privateKey: credentialGuard.refine((key) => key.use(isRsaKey), 'expected an RSA private key as PEM or JWK'),
    keyId: z.string().min(1).max(256),
    scopes: z
      .array(z.string().regex(/^okta\.[A-Za-z.]+$/))
      .min(1)
      .default(['okta.users.read', 'okta.users.manage']),
  }),
]);

const callersGuard = z
  .strictObject({
    /** The static header of a hook with an HTTP channel. */
    secret: z
      .strictObject({
        header: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/)
          .transform((name) => name.toLowerCase())
          .default('authorization'),
        value: z.string().min(16).pipe(headerCredentialGuard),
      })
      .optional(),
    /** The access token of a hook with an OAuth channel. */
    oauth: z
      .strictObject({
        issuer: safeUrlGuard,
        audience: z.string().min(1).max(1024),
        /** The client Okta takes its token as; any other holder of a token for that audience is refused. */
        clientId: z.string().min(1).max(256),
        /** Where the issuer publishes its keys; the default is where Okta does: `<issuer>/v1/keys`. */
        jwksUri: safeUrlGuard.optional(),
      })
      .optional(),
  })
  .refine(({ secret, oauth }) => secret !== undefined || oauth !== undefined, 'expected secret, oauth or both');

/** One Okta org in the configuration. Secrets arrive as text, resolved by the loader, and leave as `Credential`s. */
export const oktaConnectionGuard = z.strictObject({
  ...connectionFields,
  kind: z.literal('okta'),
  okta: z.strictObject({
    orgUrl: orgUrlGuard,
    auth: apiAuthGuard,
    /** The custom profile attribute that holds the enrolment token. */
    attribute: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/)
      .refine((name) => !baseAttributes.has(name.toLowerCase()), 'expected a custom attribute')
      .default('facestepToken'),
    hooks: callersGuard,
  }),
});

/** One Okta org, configured. */
export type OktaConnection = z.output<typeof oktaConnectionGuard>;

/*
 * What Okta sends. Only what is used is looked at, so that Okta's own variations pass: versions as text or number,
 * sessions that are missing, `originalGrant` in two spellings.
 */

// An instant as Okta writes it, such as 2019-01-15T23:20:47.000Z.
const instantGuard = z.iso
  .datetime({ offset: true })
  .pipe(z.coerce.date())
  .transform((date): EpochMs => epochMs(date.getTime()));

const eventFields = {
  // Becomes part of a key in the state store. Okta's own are of 22 characters.
  eventId: z.string().min(1).max(256),
  eventTime: instantGuard,
};

// Ids are letters and digits; like event ids they become part of a key in the state store.
const userGuard = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });
const mintedGuard = z.object({ claims: z.record(z.string(), z.unknown()) });

const tokenHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.oauth2.tokens.transform'),
    data: z.object({
      // Absent for client credentials, where no person is involved.
      context: z.object({ user: userGuard.nullish() }),
      // Each is present only if that token is being minted.
      identity: mintedGuard.nullish(),
      access: mintedGuard.nullish(),
    }),
  })
  .transform(({ eventId, eventTime, data }) => ({
    eventId,
    eventTime,
    /** The user the event is about; `null` without one. */
    user: data.context.user?.id ?? null,
    identity: data.identity ? toMintedToken(data.identity.claims, 'sub') : null,
    access: data.access ? toMintedToken(data.access.claims, 'uid') : null,
  }));

const registrationHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.user.pre-registration'),
    // Absent in calls of the Classic Engine, which are all self-service registrations.
    requestType: z.string().nullish(),
    data: z.object({ context: z.object({ user: userGuard.nullish() }) }),
  })
  .transform(({ eventId, eventTime, requestType, data }) => ({
    eventId,
    eventTime,
    /** The user whose profile is being completed; `null` where the person is not a user yet. */
    user: requestType === 'progressive.profile' ? (data.context.user?.id ?? null) : null,
  }));

/** A token Okta is about to sign. */
export interface MintedToken {
  /** The user the token itself names: a user's id, or the empty string where it is no text; `null` where it names none. */
  readonly subject: string | null;
  /** Whether the authorization server already put a claim of our name there. */
  readonly hasFaceClaim: boolean;
}

// Okta sets `uid` of an access token and `sub` of an ID token to the user's id, whatever is configured; `sub` of an
// access token can be configured, so it proves nothing.
const toMintedToken = (claims: Record<string, unknown>, nameOfUser: 'uid' | 'sub'): MintedToken => {
  const subject = claims[nameOfUser] ?? null;
  return {
    subject: subject === null || typeof subject === 'string' ? subject : '',
    hasFaceClaim: Object.hasOwn(claims, faceClaim),
  };
};

/** What a token inline hook call says, as far as it is used. */
export type TokenHook = z.output<typeof tokenHookGuard>;

/** What a registration inline hook call says, as far as it is used. */
export type RegistrationHook = z.output<typeof registrationHookGuard>;

/**
 * Reads the body of a token inline hook call.
 * @throws FaceError `request_malformed`
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-token-hook
 */
export const parseTokenHook = (body: Uint8Array): TokenHook => parse(tokenHookGuard, body);

/**
 * Reads the body of a registration inline hook call, of either engine and either kind.
 * @throws FaceError `request_malformed`
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-registration-hook
 */
export const parseRegistrationHook = (body: Uint8Array): RegistrationHook => parse(registrationHookGuard, body);

function parse<Output>(guard: z.ZodType<Output>, body: Uint8Array): Output {
  const parsed = guard.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ code, path }) => ({ code: String(code), path: path.map(String) }));
  throw new FaceError('request_malformed', { issues });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // No cause: the parser's message quotes the body.
    throw new FaceError('request_malformed', { issues: [{ code: 'invalid_json', path: [] }] });
  }
}
