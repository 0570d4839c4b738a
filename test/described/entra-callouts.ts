import { z } from 'zod';
import type { Exchange } from '../../support/servers/exchanges.js';
import { startReplyGuard, submitReplyGuard, tokenIssuanceReplyGuard } from '../contract/entra.js';

/*
 * Microsoft Graph's description lacks custom authentication extensions, so these guards follow the documentation's
 * samples. https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference
 */

const principalGuard = z.strictObject({
  id: z.guid(),
  appId: z.guid(),
  appDisplayName: z.string(),
  displayName: z.string(),
});

/** User in a hook call. Only the ID is required. */
const userGuard = z.strictObject({
  id: z.guid(),
  companyName: z.string().optional(),
  createdDateTime: z.iso.datetime().optional(),
  displayName: z.string().optional(),
  givenName: z.string().optional(),
  mail: z.string().optional(),
  onPremisesSamAccountName: z.string().optional(),
  onPremisesSecurityIdentifier: z.string().optional(),
  onPremisesUserPrincipalName: z.string().optional(),
  preferredDataLocation: z.string().optional(),
  preferredLanguage: z.string().optional(),
  surname: z.string().optional(),
  userPrincipalName: z.string().optional(),
  userType: z.enum(['Member', 'Guest']).optional(),
});

const attributeFields = { value: z.unknown(), attributeType: z.enum(['builtIn', 'directorySchemaExtension']) };
const attributeType = z.string().regex(/^microsoft\.graph\.(string|int64|boolean)DirectoryAttributeValue$/);
// The documentation's sample uses both spellings.
const attributeGuard = z.union([
  z.strictObject({ '@odata.type': attributeType, ...attributeFields }),
  z.strictObject({ '@odata.Type': attributeType, ...attributeFields }),
]);

const signUpGuard = z.strictObject({
  attributes: z.record(z.string(), attributeGuard),
  identities: z.array(z.strictObject({ signInType: z.string(), issuer: z.string(), issuerAssignedId: z.string() })),
});

const eventOf = <Context extends z.ZodRawShape, Data extends z.ZodRawShape>(
  event: string,
  context: Context,
  data: Data,
) =>
  z.strictObject({
    type: z.literal(`microsoft.graph.authenticationEvent.${event}`),
    source: z.string().regex(/^\/tenants\/[0-9a-f-]{36}\/applications\/[0-9a-f-]{36}$/),
    data: z.strictObject({
      '@odata.type': z.literal(`microsoft.graph.on${event[0]?.toUpperCase()}${event.slice(1)}CalloutData`),
      tenantId: z.guid(),
      authenticationEventListenerId: z.guid(),
      customAuthenticationExtensionId: z.guid(),
      authenticationContext: z.strictObject({
        correlationId: z.guid(),
        client: z.strictObject({ ip: z.string(), locale: z.string(), market: z.string() }),
        protocol: z.string(),
        clientServicePrincipal: principalGuard,
        resourceServicePrincipal: principalGuard,
        ...context,
      }),
      ...data,
    }),
  });

const callouts: Readonly<Record<string, { readonly event: z.ZodType; readonly reply: z.ZodType }>> = {
  'token-issuance-start': {
    event: eventOf('tokenIssuanceStart', { user: userGuard.optional() }, {}),
    reply: tokenIssuanceReplyGuard,
  },
  'attribute-collection-start': {
    event: eventOf('attributeCollectionStart', {}, { userSignUpInfo: signUpGuard }),
    reply: startReplyGuard,
  },
  'attribute-collection-submit': {
    event: eventOf('attributeCollectionSubmit', {}, { userSignUpInfo: signUpGuard }),
    reply: submitReplyGuard,
  },
};

export function findInEvent(hook: string, event: unknown): string[] {
  return toLines('event', callouts[hook]?.event.safeParse(event).error);
}

/** Compares a hook call and our answer with the documentation. */
export function findInCallout({ path, method, request, response }: Exchange): string[] {
  const hook = path.split('/').at(-1) ?? '';
  const { status, body } = response;
  const reply = { status, body: body === '' ? null : JSON.parse(body) };
  return [
    ...(method === 'POST' ? [] : [`${method} of a hook`]),
    ...(/^application\/json\b/.test(String(response.headers['content-type'])) ? [] : ['the answer is not called JSON']),
    ...findInEvent(hook, JSON.parse(request.body)),
    ...toLines('reply', callouts[hook]?.reply.safeParse(reply).error),
  ];
}

const toLines = (what: string, error: z.ZodError | undefined): string[] =>
  error?.issues.map(({ path, message }) => `${what}/${path.join('/')}: ${message}`) ?? [];
