import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { readKeyOf } from '../../src/config/certificate.js';
import { createConnectionFields, policyGuard } from '../../src/config/connection.js';
import { credentialGuard } from '../../src/config/credential.js';
import { oidcOf } from '../../src/config/oidc.js';
import { originGuard } from '../../src/config/safe-url.js';

export const guidGuard = z.guid().transform((text) => text.toLowerCase());

export const clouds = {
  global: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    v1Issuer: 'https://sts.windows.net',
    domain: 'onmicrosoft.com',
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    v1Issuer: 'https://sts.windows.net',
    domain: 'onmicrosoft.us',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    v1Issuer: 'https://sts.chinacloudapi.cn',
    domain: 'partner.onmschina.cn',
  },
} as const;

export const cloudGuard = z.enum(['global', 'usgov', 'china']).default('global');

/**
 * Entra ID as a client, for External MFA. Each Microsoft cloud has one fixed redirect URI.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export const externalMfaGuard = z
  .strictObject({
    kind: z.literal('entra_external_mfa').describe('The face check as external MFA of Entra ID.'),
    id: guidGuard.describe('Client id that Entra ID received for this provider. Preferably the same as `appId`.'),
    appId: guidGuard.optional().describe('Client id of the application registered for it in Entra ID. Default: `id`.'),
    tenantIds: z
      .array(guidGuard)
      .min(1)
      .max(100)
      .describe(
        'Tenants whose users are accepted. Users of the first are identified by their object id, others by `<tenant id>/<object id>`.',
      ),
    cloud: cloudGuard.describe('National cloud.'),
    login: originGuard.optional().describe('Login host instead of the cloud’s.'),
    displayName: z
      .string()
      .min(1)
      .max(120)
      .default('Face check')
      .describe('Name of the method, as people read it. It cannot be changed later. Only used by provisioning.'),
    groups: z
      .array(z.union([z.literal('all_users'), guidGuard]))
      .max(100)
      .default([])
      .describe('Groups that may use the method, or `all_users`. Only used by provisioning.'),
  })
  .transform(({ appId, cloud, login = clouds[cloud].login, ...rest }) => ({
    ...rest,
    cloud,
    appId: appId ?? rest.id,
    login,
    redirectUri: `${login}/common/federation/externalauthprovider`,
  }));

export type ExternalMfaConfig = z.output<typeof externalMfaGuard>;

const isKeyOf = (certificatePem: string, keyPem: string): boolean =>
  readKeyOf(certificatePem, keyPem)?.asymmetricKeyType === 'rsa';

const graphAuthGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('secret').describe('A client secret.'),
    secret: credentialGuard.describe('Secret. Client secret of the application.'),
  }),
  z
    .strictObject({
      kind: z.literal('certificate').describe('A certificate.'),
      certificate: z.string().max(16_384).describe('Certificate that was uploaded to the application, as PEM.'),
      privateKey: credentialGuard.describe('Secret. RSA key of the certificate, as PEM.'),
    })
    .refine(({ certificate, privateKey }) => privateKey.use((key) => isKeyOf(certificate, key)), {
      path: ['privateKey'],
      error: 'expected the RSA private key of the certificate, as PEM',
    }),
]);

const extensionNameGuard = z
  .string()
  .regex(/^extension_[0-9a-f]{32}_[A-Za-z][A-Za-z0-9_]{0,59}$/, 'expected extension_{32 hex digits}_{name}');

const hooksGuard = z.strictObject({
  appId: guidGuard.optional().describe('Client id of the application registered for the hooks. Default: `clientId`.'),
  tenants: z
    .array(guidGuard)
    .min(1)
    .max(100)
    .optional()
    .describe('Tenants whose events are accepted. Default: `tenantId`.'),
  clientApps: z
    .array(guidGuard)
    .max(100)
    .default([])
    .describe('Applications whose tokens get the claims. Only used by provisioning.'),
  signUp: z
    .strictObject({
      receiptAttribute: extensionNameGuard
        .optional()
        .describe('Attribute of the form that carries a receipt. Without it, the submitted form has no hook.'),
      userFlow: z
        .string()
        .trim()
        .min(1)
        .max(256)
        .optional()
        .describe(
          'Name or id of the user flow to which provisioning attaches the hook. Without it, an administrator attaches it.',
        ),
    })
    .optional()
    .describe('External tenants: serve the hooks of the sign-up form.'),
});

/** By default, a failed check omits the claim, because a refusal in the token hook shows an unhelpful error page. */
export const createEntraConnectionGuard = (added: ConnectionAdditions) =>
  z
    .strictObject({
      ...createConnectionFields(added),
      oidc: oidcOf(added, externalMfaGuard),
      kind: z.literal('entra'),
      policy: policyGuard.safeExtend({
        whenUnverified: policyGuard.shape.whenUnverified
          .unwrap()
          .default('omit_claim')
          .describe('What a hook does without a fresh face check. Entra ID shows a bare error page if a hook denies.'),
        whenUnavailable: policyGuard.shape.whenUnavailable
          .unwrap()
          .default('omit_claim')
          .describe('What a hook does if the state store is down.'),
      }),
      entra: z
        .strictObject({
          tenantId: guidGuard.describe('Id of the tenant.'),
          clientId: guidGuard.describe('Client id of the application that calls Microsoft Graph.'),
          auth: graphAuthGuard.describe('Credentials of this application.'),
          cloud: cloudGuard.describe('National cloud of the tenant.'),
          externalDomain: z
            .string()
            .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected the name before .ciamlogin.com')
            .optional()
            .describe('External tenants: `contoso` of `contoso.ciamlogin.com`.'),
          endpoints: z
            .strictObject({
              login: originGuard
                .refine((text) => text.startsWith('https:'), 'expected an https address')
                .describe('Login host.'),
              graph: originGuard.describe('Address of Microsoft Graph.'),
            })
            .optional()
            .describe('Addresses instead of those of the cloud: another national cloud, or a simulator.'),
          attribute: extensionNameGuard
            .optional()
            .describe('Directory extension that holds the enrolment token. Default: `facestepToken` of `clientId`.'),
          hooks: hooksGuard.prefault({}).describe('Custom authentication extensions.'),
        })
        .transform(({ endpoints, externalDomain, cloud, ...rest }) => ({
          ...rest,
          attribute: rest.attribute ?? `extension_${rest.clientId.replaceAll('-', '')}_facestepToken`,
          hooks: {
            ...rest.hooks,
            appId: rest.hooks.appId ?? rest.clientId,
            tenants: rest.hooks.tenants ?? [rest.tenantId],
          },
          /** External tenants: the initial domain, the issuer of customers' identities. */
          customerDomain: externalDomain === undefined ? null : `${externalDomain}.${clouds[cloud].domain}`,
          v1Issuer: clouds[cloud].v1Issuer,
          login:
            endpoints?.login ??
            (externalDomain === undefined ? clouds[cloud].login : `https://${externalDomain}.ciamlogin.com`),
          graph: endpoints?.graph ?? clouds[cloud].graph,
        }))
        .describe('Settings of the tenant.'),
    })
    .superRefine(({ oidc, entra }, context) => {
      for (const [index, client] of (oidc?.clients ?? []).entries()) {
        if (client.kind !== 'entra_external_mfa') continue;
        const report = (name: string, message: string): void =>
          context.addIssue({ code: 'custom', path: ['oidc', 'clients', index, name], message });
        // The first tenant must be the connection's own, because only users of the first tenant are stored without their
        // tenant's id.
        if (client.tenantIds[0] !== entra.tenantId) report('tenantIds', 'expected entra.tenantId as the first tenant');
        // The service can read enrolment tokens only in the tenants of `entra.hooks.tenants`.
        const isKnown = (tenantId: string): boolean => entra.hooks.tenants.includes(tenantId);
        if (!client.tenantIds.every(isKnown)) report('tenantIds', 'expected tenants of entra.hooks.tenants');
        if (client.login !== entra.login) report('cloud', 'expected the cloud, or the login host, of entra');
        // Other tenants install the External MFA application. It must not be `entra.clientId`, which may write users.
        if (client.appId === entra.clientId) report('appId', 'expected a separate application, not entra.clientId');
      }
    });

export type EntraConnection = z.output<ReturnType<typeof createEntraConnectionGuard>>;

export type EntraSettings = EntraConnection['entra'];
