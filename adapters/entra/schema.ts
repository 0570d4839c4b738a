import { z } from 'zod';
import { parseEvent } from '../../src/connections/hook.js';
import type { ProviderEvent } from '../../src/connections/hook-decision.js';
import { guidGuard } from './config.js';

/*
 * Entra names an attribute's type in `@odata.type` or `@odata.Type`, so the guards use the JSON type of the value
 * instead.
 */

const correlationIdGuard = z.string().min(1).max(256);

const signInFields = {
  correlationId: correlationIdGuard,
  client: z.object({ ip: z.string().max(64).nullish() }).nullish(),
  clientServicePrincipal: z.object({ appId: z.string().max(64).nullish() }).nullish(),
};

/**
 * Seconds in which the same call gets the same answer. They cover Entra's single retry and all tokens of one sign-in.
 */
const REPEATABLE_FOR_SEC = 60;

/** Returns the event without its user. */
function toSignIn(
  { correlationId, client, clientServicePrincipal }: z.infer<z.ZodObject<typeof signInFields>>,
  { isAfterFirstFactor }: Pick<ProviderEvent, 'isAfterFirstFactor'>,
): Omit<ProviderEvent, 'subject'> {
  const application = clientServicePrincipal?.appId?.toLowerCase() ?? null;
  const address = client?.ip ?? null;
  return {
    application,
    address,
    isAfterFirstFactor,
    // The user can choose the correlation id, so the event id also has application and address. Otherwise, one face
    // check could answer two sign-ins.
    eventId: JSON.stringify([correlationId, application, address]),
    eventTime: null,
    repeatableForSec: REPEATABLE_FOR_SEC,
  };
}

const tokenIssuanceStartGuard = z
  .object({
    type: z.literal('microsoft.graph.authenticationEvent.tokenIssuanceStart'),
    data: z.object({
      tenantId: z.string(),
      authenticationContext: z.object({
        ...signInFields,
        // Absent for the client credentials grant.
        user: z.object({ id: guidGuard }).nullish(),
      }),
    }),
  })
  .transform(({ data: { tenantId, authenticationContext } }) => ({
    tenantId: tenantId.toLowerCase(),
    signIn: toSignIn(authenticationContext, { isAfterFirstFactor: true }),
    user: authenticationContext.user?.id ?? null,
  }));

const textValueGuard = z.object({ value: z.string().min(1) });

const identityGuard = z.object({ signInType: z.string().nullish(), issuerAssignedId: z.string().nullish() });

const toEmail = (identities: readonly z.infer<typeof identityGuard>[]) => {
  const found = identities.find(({ signInType }) => /^email(?:Address)?$/i.test(signInType ?? ''))?.issuerAssignedId;
  // The length is limited (RFC 5321, section 4.5.3.1.3), because the address becomes part of a key in the state store.
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
    correlationId: authenticationContext.correlationId,
    signIn: toSignIn(authenticationContext, { isAfterFirstFactor: false }),
    email: toEmail(identities ?? []),
    readText: (name: string): string | null => {
      const found = textValueGuard.safeParse(attributes?.[name]);
      return found.success ? found.data.value : null;
    },
  }));

function createSignUpParser(event: 'Start' | 'Submit') {
  const type = z.literal(`microsoft.graph.authenticationEvent.attributeCollection${event}`);
  const guard = z.object({ type, data: signUpDataGuard });
  return (body: Uint8Array): SignUpEvent => parseEvent(guard, body).data;
}

export type SignUpEvent = z.output<typeof signUpDataGuard>;

export const parseTokenIssuanceStart = (body: Uint8Array) => parseEvent(tokenIssuanceStartGuard, body);

/**
 * @see
 * https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionstart-retrieve-return-data
 */
export const parseAttributeCollectionStart = createSignUpParser('Start');

/**
 * @see
 * https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionsubmit-retrieve-return-data
 */
export const parseAttributeCollectionSubmit = createSignUpParser('Submit');
