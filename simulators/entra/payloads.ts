import { randomUUID } from 'node:crypto';
import type { CustomExtension } from './graph-events.js';
import type { DirectoryUser, Tenant } from './tenant.js';

export interface CalloutContext {
  readonly tenant: Tenant;
  readonly extension: CustomExtension;
  readonly listenerId: string;
  readonly appId: string;
  readonly correlationId: string;
}

const toPrincipal = ({ tenant, appId }: CalloutContext) => {
  const found = [...tenant.servicePrincipals.values()].find((each) => each.appId === appId);
  const name = found?.displayName ?? 'Application';
  return { id: found?.id ?? randomUUID(), appId, appDisplayName: name, displayName: name };
};

const toEnvelope = (event: string, context: CalloutContext, more: { user?: object; userSignUpInfo?: object }) => {
  const { tenant, extension, listenerId, appId, correlationId } = context;
  const { user, ...rest } = more;
  return {
    type: `microsoft.graph.authenticationEvent.${event}`,
    source: `/tenants/${tenant.id}/applications/${appId}`,
    data: {
      '@odata.type': `microsoft.graph.on${event[0]?.toUpperCase()}${event.slice(1)}CalloutData`,
      tenantId: tenant.id,
      authenticationEventListenerId: listenerId,
      customAuthenticationExtensionId: extension.id,
      authenticationContext: {
        correlationId,
        client: { ip: '127.0.0.1', locale: 'en-us', market: 'en-us' },
        protocol: 'OAUTH2.0',
        clientServicePrincipal: toPrincipal(context),
        resourceServicePrincipal: toPrincipal(context),
        ...(user === undefined ? {} : { user }),
      },
      ...rest,
    },
  };
};

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference */
export function toTokenIssuancePayload(context: CalloutContext, user: DirectoryUser | null) {
  if (user === null) return toEnvelope('tokenIssuanceStart', context, {});
  const { id, displayName, mail, userPrincipalName, userType } = user;
  const told = { createdDateTime: '2026-03-01T15:23:40Z', displayName, id, mail, userPrincipalName, userType };
  return toEnvelope('tokenIssuanceStart', context, {
    user: userType === 'Guest' ? { ...told, preferredDataLocation: 'EUR' } : { ...told, preferredLanguage: 'en-us' },
  });
}

export type SignUpAttributes = Readonly<Record<string, string | number | boolean>>;

const odataTypes = { string: 'string', number: 'int64', boolean: 'boolean' } as const;

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionsubmit-retrieve-return-data */
export function toSignUpPayload(
  event: 'attributeCollectionStart' | 'attributeCollectionSubmit',
  context: CalloutContext,
  { identities, attributes }: { identities: readonly object[]; attributes: SignUpAttributes },
) {
  const described = Object.entries(attributes).map(([name, value], index) => {
    const type =
      typeof value === 'string'
        ? odataTypes.string
        : typeof value === 'number'
          ? odataTypes.number
          : odataTypes.boolean;
    // The documented example uses both spellings.
    const key = index % 2 === 0 ? '@odata.type' : '@odata.Type';
    const attributeType = name.startsWith('extension_') ? 'directorySchemaExtension' : 'builtIn';
    return [name, { [key]: `microsoft.graph.${type}DirectoryAttributeValue`, value, attributeType }] as const;
  });
  return toEnvelope(event, context, { userSignUpInfo: { attributes: Object.fromEntries(described), identities } });
}
