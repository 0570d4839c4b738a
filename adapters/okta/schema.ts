import { z } from 'zod';
import { parseEvent } from '../../src/connections/hook.js';
import { type ProviderEvent, repeatableWithinSkewSec } from '../../src/connections/hook-decision.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { UserSecret } from '../../src/core/secrets.js';
import { type EpochMs, epochMs } from '../../src/core/units.js';

export const faceClaim = 'face_verification';

/** Maximum length of a receipt. Usual receipts have 700 characters, more with a long audience or nonce. */
export const maxReceiptCharacters = 2048;

const instantGuard = z.iso
  .datetime({ offset: true })
  .pipe(z.coerce.date())
  .transform((date): EpochMs => epochMs(date.getTime()));

const eventFields = {
  eventId: z.string().min(1).max(256),
  eventTime: instantGuard,
};

const addressGuard = z
  .object({ ipAddress: z.string().max(64).nullish() })
  .nullish()
  .transform((request) => request?.ipAddress ?? null);
const applicationIdGuard = z.string().max(256).nullish();

// Limited to safe characters, because the id becomes part of a key in the state store.
const userGuard = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });
/** Returns the event of a sign-in whose first factor Okta has checked. */
const toSignIn = (
  { eventId, eventTime }: Pick<ProviderEvent, 'eventId' | 'eventTime'>,
  { id: subject }: z.output<typeof userGuard>,
  address: string | null,
  application?: string | null,
): ProviderEvent => ({
  subject,
  application: application ?? null,
  address,
  isAfterFirstFactor: true,
  eventId,
  eventTime,
  repeatableForSec: repeatableWithinSkewSec,
});

const mintedGuard = z.object({ claims: z.record(z.string(), z.unknown()) });

const tokenHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.oauth2.tokens.transform'),
    data: z.object({
      context: z.object({
        user: userGuard.nullish(),
        request: addressGuard,
        protocol: z.object({ client: z.object({ id: applicationIdGuard }).nullish() }).nullish(),
      }),
      // Each token is present only if Okta is issuing it.
      identity: mintedGuard.nullish(),
      access: mintedGuard.nullish(),
    }),
  })
  .transform(({ data: { context, ...data }, ...event }) => ({
    /** `null` if the tokens are not of a user. */
    event: context.user ? toSignIn(event, context.user, context.request, context.protocol?.client?.id) : null,
    identity: data.identity ? toMintedToken(data.identity.claims, 'sub') : null,
    access: data.access ? toMintedToken(data.access.claims, 'uid') : null,
  }));

const registrationHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.user.pre-registration'),
    requestType: z.string().nullish(),
    data: z.object({
      context: z.object({ user: userGuard.nullish(), request: addressGuard }),
      userProfile: z.record(z.string(), z.unknown()).nullish(),
      userProfileUpdate: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .transform(({ requestType, data: { context, ...data }, ...event }) => ({
    eventId: event.eventId,
    /** `null` for a new user. */
    event:
      requestType === 'progressive.profile' && context.user ? toSignIn(event, context.user, context.request) : null,
    form:
      (requestType ?? 'self.service.registration') === 'self.service.registration' ? (data.userProfile ?? null) : null,
    changed: Object.keys(data.userProfileUpdate ?? {}).filter((name) => /^\w{1,64}$/.test(name)),
  }));

const samlHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.saml.tokens.transform'),
    data: z.object({
      context: z.object({
        user: userGuard,
        request: addressGuard,
        protocol: z.object({ issuer: z.object({ id: applicationIdGuard }).nullish() }).nullish(),
      }),
      assertion: mintedGuard.partial().nullish(),
    }),
  })
  .transform(({ data: { context, assertion }, ...event }) => ({
    event: toSignIn(event, context.user, context.request, context.protocol?.issuer?.id),
    hasFaceClaim: Object.hasOwn(assertion?.claims ?? {}, faceClaim),
  }));

const passwordImportHookGuard = z
  .object({
    ...eventFields,
    eventType: z.literal('com.okta.user.credential.password.import'),
    data: z.object({
      context: z.object({
        credential: z.object({
          username: z.string().min(1).max(256),
          password: z.string().transform((text) => new UserSecret(text)),
        }),
      }),
    }),
  })
  .transform(({ data: { context }, ...event }) => ({
    event: {
      ...toSignIn(event, { id: subjectOfIdentifier(context.credential.username) }, null),
      isAfterFirstFactor: false,
    },
    ...context.credential,
  }));

const eventHookGuard = z.object({
  eventType: z.literal('com.okta.event_hook'),
  data: z.object({ events: z.array(z.unknown()) }),
});

const eventGuard = z
  .object({
    // Id of the event, the same for each delivery. Its length is limited, because the id becomes part of a key in the
    // state store.
    uuid: z.string().min(1).max(256),
    eventType: z.string(),
    outcome: z.object({ result: z.string().nullish() }).nullish(),
    target: z.array(z.object({ type: z.string().nullish(), id: z.string().nullish() })).nullish(),
  })
  .transform(({ uuid, eventType, outcome, target }) => ({
    uuid,
    eventType,
    isDone: (outcome?.result ?? 'SUCCESS') === 'SUCCESS',
    users: (target ?? []).flatMap(({ type, id }) => (type === 'User' && isUserId(id ?? '') ? [id ?? ''] : [])),
  }));

/** Returns true for the id of a user. Where Okta expects an id, it also accepts a login or `me`. */
export const isUserId = (text: string): boolean => /^00u[A-Za-z0-9]{1,61}$/.test(text);

// Administrators can configure the `sub` of an access token, but not its `uid`.
const toMintedToken = (claims: Record<string, unknown>, nameOfUser: 'uid' | 'sub') => {
  const subject = claims[nameOfUser] ?? null;
  return {
    subject: subject === null || typeof subject === 'string' ? subject : '',
    /** True if the authorization server already set a claim of our name. */
    hasFaceClaim: Object.hasOwn(claims, faceClaim),
  };
};

export type MintedToken = ReturnType<typeof toMintedToken>;

export type TokenHook = z.output<typeof tokenHookGuard>;

export type RegistrationHook = z.output<typeof registrationHookGuard>;

/**
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-token-hook
 */
export const parseTokenHook = (body: Uint8Array): TokenHook => parseEvent(tokenHookGuard, body);

/**
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-registration-hook
 */
export const parseRegistrationHook = (body: Uint8Array): RegistrationHook => parseEvent(registrationHookGuard, body);

export type SamlHook = z.output<typeof samlHookGuard>;

/**
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createSAMLAssertionInlineHook
 */
export const parseSamlHook = (body: Uint8Array): SamlHook => parseEvent(samlHookGuard, body);

/**
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createPasswordImportInlineHook
 */
export const parsePasswordImportHook = (body: Uint8Array) => parseEvent(passwordImportHookGuard, body);

export function parseEvents(body: Uint8Array) {
  const entries = parseEvent(eventHookGuard, body).data.events;
  const read = entries.map((entry) => eventGuard.safeParse(entry));
  const events = read.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return { events, unread: entries.length - events.length };
}
