import type { EntraSimulator } from '../../simulators/entra/index.js';

const toEnvelope = (event: string, tenantId: string, correlationId: string, more: object, context: object = {}) => ({
  type: `microsoft.graph.authenticationEvent.${event}`,
  data: {
    tenantId,
    authenticationContext: {
      correlationId,
      client: { ip: '30.51.176.110' },
      clientServicePrincipal: { appId: 'c1b2c3d4-0000-1111-2222-333344445555' },
      ...context,
    },
    ...more,
  },
});

export const toTokenIssuanceEvent = (tenantId: string, user: string, correlationId: string) =>
  toEnvelope('tokenIssuanceStart', tenantId, correlationId, {}, { user: { id: user } });

export const toStartEvent = (tenantId: string, email: string, correlationId: string) =>
  toEnvelope('attributeCollectionStart', tenantId, correlationId, {
    userSignUpInfo: { attributes: {}, identities: [{ signInType: 'email', issuerAssignedId: email }] },
  });

export const toSubmitEvent = (
  { entra, receiptAttribute }: { entra: EntraSimulator; receiptAttribute: string },
  { email, receipt, correlationId }: { email: string; receipt: string; correlationId: string },
) =>
  toEnvelope('attributeCollectionSubmit', entra.tenant.id, correlationId, {
    userSignUpInfo: {
      attributes: {
        [receiptAttribute]: { '@odata.Type': 'microsoft.graph.stringDirectoryAttributeValue', value: receipt },
      },
      identities: [{ signInType: 'email', issuerAssignedId: email }],
    },
  });
