import { z } from 'zod';
import { originGuard } from '../../src/config/safe-url.js';

export const guidGuard = z.guid().transform((text) => text.toLowerCase());

export const clouds = {
  global: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    v1Issuer: 'https://sts.windows.net',
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    v1Issuer: 'https://sts.windows.net',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    v1Issuer: 'https://sts.chinacloudapi.cn',
  },
} as const;

export const cloudGuard = z.enum(['global', 'usgov', 'china']).default('global');

const callbackPath = '/common/federation/externalauthprovider';

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
    redirectUri: `${login}${callbackPath}`,
  }));

export type ExternalMfaConfig = z.output<typeof externalMfaGuard>;
