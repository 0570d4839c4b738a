import { z } from 'zod';
import { parseEvent } from '../../src/connections/hook.js';
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

const toSignIn = ({ correlationId, client, clientServicePrincipal }: z.infer<z.ZodObject<typeof signInFields>>) => ({
  correlationId,
  application: clientServicePrincipal?.appId?.toLowerCase() ?? null,
  address: client?.ip ?? null,
});

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
    ...toSignIn(authenticationContext),
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
    ...toSignIn(authenticationContext),
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
