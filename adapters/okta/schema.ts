import { z } from 'zod';
import { UserSecret } from '../../src/core/concealed.js';
import { type EpochMs, epochMs } from '../../src/core/units.js';
import { parseEvent } from '../parse-event.js';

/** The claim a verified face check adds to the tokens being minted. Not one of Okta's reserved names. */
export const faceClaim = 'face_verification';

/** Longest receipt taken, in characters; ours are of some 700, and more with a long audience or nonce. */
export const maxReceiptCharacters = 2048;

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

// The request that made Okta call the hook. When tokens are renewed, the application sends it, from its own address.
const requestGuard = z.object({ ipAddress: z.string().max(64).nullish() }).nullish();
const applicationIdGuard = z.string().max(256).nullish();

// Ids are letters and digits; like event ids they become part of a key in the state store.
const userGuard = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });
const mintedGuard = z.object({ claims: z.record(z.string(), z.unknown()) });

const tokenHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.oauth2.tokens.transform'),
    data: z.object({
      // Absent for client credentials, where no person is involved.
      context: z.object({
        user: userGuard.nullish(),
        request: requestGuard,
        protocol: z.object({ client: z.object({ id: applicationIdGuard }).nullish() }).nullish(),
      }),
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
    /** The OAuth client's id; `null` where Okta does not tell. */
    application: data.context.protocol?.client?.id ?? null,
    address: data.context.request?.ipAddress ?? null,
    identity: data.identity ? toMintedToken(data.identity.claims, 'sub') : null,
    access: data.access ? toMintedToken(data.access.claims, 'uid') : null,
  }));

const registrationHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.user.pre-registration'),
    // Absent in calls of the Classic Engine, which are all self-service registrations.
    requestType: z.string().nullish(),
    data: z.object({
      context: z.object({ user: userGuard.nullish(), request: requestGuard }),
      userProfile: z.record(z.string(), z.unknown()).nullish(),
      userProfileUpdate: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .transform(({ eventId, eventTime, requestType, data }) => ({
    eventId,
    eventTime,
    /** The user whose profile is being completed; `null` where the person is not a user yet. */
    user: requestType === 'progressive.profile' ? (data.context.user?.id ?? null) : null,
    /** Okta does not tell it here. */
    application: null,
    address: data.context.request?.ipAddress ?? null,
    /** What a person who signs up filled in; `null` where nobody does. */
    form:
      (requestType ?? 'self.service.registration') === 'self.service.registration' ? (data.userProfile ?? null) : null,
    /** The names of what a user who completes the profile filled in. */
    changed: Object.keys(data.userProfileUpdate ?? {}).filter((name) => /^\w{1,64}$/.test(name)),
  }));

const samlHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.saml.tokens.transform'),
    data: z.object({
      context: z.object({
        user: userGuard,
        request: requestGuard,
        protocol: z.object({ issuer: z.object({ id: applicationIdGuard }).nullish() }).nullish(),
      }),
      assertion: mintedGuard.partial().nullish(),
    }),
  })
  .transform(({ eventId, eventTime, data }) => ({
    eventId,
    eventTime,
    user: data.context.user.id,
    /** The application's id; `null` where Okta does not tell. */
    application: data.context.protocol?.issuer?.id ?? null,
    address: data.context.request?.ipAddress ?? null,
    /** Whether the application already has an attribute statement of our name. */
    hasFaceClaim: Object.hasOwn(data.assertion?.claims ?? {}, faceClaim),
  }));

const passwordImportHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.user.credential.password.import'),
    data: z.object({
      context: z.object({
        credential: z.object({
          // Okta takes 100 characters; it becomes part of a key in the state store.
          username: z.string().min(1).max(256),
          password: z.string().transform((text) => new UserSecret(text)),
        }),
      }),
    }),
  })
  .transform(({ eventId, eventTime, data }) => ({ eventId, eventTime, ...data.context.credential }));

const eventHookGuard = z.object({
  eventType: z.literal('com.okta.event_hook'),
  data: z.object({ events: z.array(z.unknown()) }),
});

const eventGuard = z
  .object({
    // The same for each time the event is told; becomes part of a key in the state store.
    uuid: z.string().min(1).max(256),
    eventType: z.string(),
    outcome: z.object({ result: z.string().nullish() }).nullish(),
    target: z.array(z.object({ type: z.string().nullish(), id: z.string().nullish() })).nullish(),
  })
  .transform(({ uuid, eventType, outcome, target }) => ({
    uuid,
    eventType,
    /** Whether it happened, or was only tried. */
    isDone: (outcome?.result ?? 'SUCCESS') === 'SUCCESS',
    users: (target ?? []).flatMap(({ type, id }) => (type === 'User' && isUserId(id ?? '') ? [id ?? ''] : [])),
  }));

/** One entry of the system log, as far as it is used. */
export type OktaEvent = z.output<typeof eventGuard>;

/** Okta takes a login, part of one, or `me` in place of an id; all ids of users begin with `00u`. */
export const isUserId = (text: string): boolean => /^00u[A-Za-z0-9]{1,61}$/.test(text);

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
export const parseTokenHook = (body: Uint8Array): TokenHook => parseEvent(tokenHookGuard, body);

/**
 * Reads the body of a registration inline hook call, of either engine and either kind.
 * @throws FaceError `request_malformed`
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-registration-hook
 */
export const parseRegistrationHook = (body: Uint8Array): RegistrationHook => parseEvent(registrationHookGuard, body);

/** What a SAML assertion inline hook call says, as far as it is used. */
export type SamlHook = z.output<typeof samlHookGuard>;

/** What a password import inline hook call says. */
export type PasswordImportHook = z.output<typeof passwordImportHookGuard>;

/**
 * Reads the body of a SAML assertion inline hook call.
 * @throws FaceError `request_malformed`
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createSAMLAssertionInlineHook
 */
export const parseSamlHook = (body: Uint8Array): SamlHook => parseEvent(samlHookGuard, body);

/**
 * Reads the body of a password import inline hook call. The password is what somebody typed; nothing says it is right.
 * @throws FaceError `request_malformed`
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createPasswordImportInlineHook
 */
export const parsePasswordImportHook = (body: Uint8Array): PasswordImportHook =>
  parseEvent(passwordImportHookGuard, body);

/**
 * Reads what an event hook tells: an entry of Okta's system log each. They are read one by one, as one that is not
 * understood must not keep the others from being heard.
 * @returns the users whom something was done to, and how many entries were not understood
 * @throws FaceError `request_malformed` where it is no list of entries
 * @see https://developer.okta.com/docs/concepts/event-hooks/
 */
export function parseEvents(body: Uint8Array): { readonly events: readonly OktaEvent[]; readonly unread: number } {
  const entries = parseEvent(eventHookGuard, body).data.events;
  const read = entries.map((entry) => eventGuard.safeParse(entry));
  const events = read.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return { events, unread: entries.length - events.length };
}
