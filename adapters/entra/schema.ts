import { z } from 'zod';
import { parseEvent } from '../parse-event.js';
import { guidGuard } from './config-tenant.js';

/*
 * What Entra sends. Only what is used is looked at. Of a user everything but the id may be missing: guests have no given
 * name. Types of attributes are told as `@odata.type` and, in the documented example itself, as `@odata.Type`; the values
 * are told apart by what they are.
 */

// Becomes part of a key in the state store. Entra's own are GUIDs.
const correlationIdGuard = z.string().min(1).max(256);

const signInFields = {
  correlationId: correlationIdGuard,
  client: z.object({ ip: z.string().max(64).nullish() }).nullish(),
  clientServicePrincipal: z.object({ appId: z.string().max(64).nullish() }).nullish(),
};

const toSignIn = ({ correlationId, client, clientServicePrincipal }: z.infer<z.ZodObject<typeof signInFields>>) => ({
  correlationId,
  /** The client id of the application; `null` if Entra does not tell. */
  application: clientServicePrincipal?.appId?.toLowerCase() ?? null,
  /** The address of the browser; `null` if Entra does not report it. */
  address: client?.ip ?? null,
});

const tokenIssuanceStartGuard = z
  .object({
    type: z.literal('microsoft.graph.authenticationEvent.tokenIssuanceStart'),
    data: z.object({
      tenantId: z.string(),
      authenticationContext: z.object({
        ...signInFields,
        // Absent where an application gets a token for itself.
        user: z.object({ id: guidGuard }).nullish(),
      }),
    }),
  })
  .transform(({ data: { tenantId, authenticationContext } }) => ({
    tenantId: tenantId.toLowerCase(),
    ...toSignIn(authenticationContext),
    /** The user's object id; `null` without one. */
    user: authenticationContext.user?.id ?? null,
  }));

const textValueGuard = z.object({ value: z.string().min(1) });

const identityGuard = z.object({ signInType: z.string().nullish(), issuerAssignedId: z.string().nullish() });

// The events say `email`; Graph calls the same `emailAddress`.
const toEmail = (identities: readonly z.infer<typeof identityGuard>[]) => {
  const found = identities.find(({ signInType }) => /^email(?:Address)?$/i.test(signInType ?? ''))?.issuerAssignedId;
  // Becomes part of a key in the state store, and 254 is all an address can have (RFC 5321, section 4.5.3.1.3).
  return found && found.length <= 254 ? found.toLowerCase() : null;
};

const signUpDataGuard = z
  .object({
    tenantId: z.string(),
    authenticationContext: z.object(signInFields),
    userSignUpInfo: z.object({
      attributes: z.record(z.string(), z.unknown()).nullish(),
      identities: z.array(identityGuard).nullish(),
    }),
  })
  .transform(({ tenantId, authenticationContext, userSignUpInfo: { attributes, identities } }) => ({
    tenantId: tenantId.toLowerCase(),
    ...toSignIn(authenticationContext),
    /** The address the person proved to hold, in lower case; `null` where they sign up another way. */
    email: toEmail(identities ?? []),
    /** The text of an attribute of the form; `null` where it has none. */
    readText: (name: string): string | null => {
      const found = textValueGuard.safeParse(attributes?.[name]);
      return found.success ? found.data.value : null;
    },
  }));

const attributeCollectionStartGuard = z
  .object({
    type: z.literal('microsoft.graph.authenticationEvent.attributeCollectionStart'),
    data: signUpDataGuard,
  })
  .transform(({ data }) => data);

const attributeCollectionSubmitGuard = z
  .object({
    type: z.literal('microsoft.graph.authenticationEvent.attributeCollectionSubmit'),
    data: signUpDataGuard,
  })
  .transform(({ data }) => data);

/** What a tokenIssuanceStart event says, as far as it is used. */
export type TokenIssuanceStart = z.output<typeof tokenIssuanceStartGuard>;

/** What an event around the sign-up form says, as far as it is used. */
export type SignUpEvent = z.output<typeof signUpDataGuard>;

/**
 * Reads the body of a tokenIssuanceStart call.
 * @throws FaceError `request_malformed`
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference
 */
export const parseTokenIssuanceStart = (body: Uint8Array): TokenIssuanceStart =>
  parseEvent(tokenIssuanceStartGuard, body);

/**
 * Reads the body of an attributeCollectionStart call.
 * @throws FaceError `request_malformed`
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionstart-retrieve-return-data
 */
export const parseAttributeCollectionStart = (body: Uint8Array): SignUpEvent =>
  parseEvent(attributeCollectionStartGuard, body);

/**
 * Reads the body of an attributeCollectionSubmit call.
 * @throws FaceError `request_malformed`
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionsubmit-retrieve-return-data
 */
export const parseAttributeCollectionSubmit = (body: Uint8Array): SignUpEvent =>
  parseEvent(attributeCollectionSubmitGuard, body);
