import { z } from 'zod';
import { originGuard } from '../../src/config/safe-url.js';
import { cloudGuard, clouds, guidGuard } from './config-tenant.js';

/** Where answers go, the same for every tenant of a cloud. */
const callbackPath = '/common/federation/externalauthprovider';

/**
 * Entra ID as a client: it sends people here for External MFA. There is one redirect URI for each cloud, so none is
 * configured.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export const externalMfaGuard = z
  .strictObject({
    kind: z.literal('entra_external_mfa'),
    /** The client id that Entra was given for this provider. Best the same as `appId`. */
    id: guidGuard,
    /** The application registered for it in Entra, by its client id; `id` unless given. */
    appId: guidGuard.optional(),
    /**
     * The tenants whose users are taken. Users of the first are known by their object ids, others as
     * `<tenant id>/<object id>`.
     */
    tenantIds: z.array(guidGuard).min(1).max(100),
    cloud: cloudGuard,
    /** In place of the cloud's: another national cloud, or a simulator. */
    login: originGuard.optional(),
    /** What people see the method as; it cannot be changed later. Used by provisioning alone. */
    displayName: z.string().min(1).max(120).default('Face check'),
    /** The groups that may use the method, or `all_users`; used by provisioning alone. */
    groups: z
      .array(z.union([z.literal('all_users'), guidGuard]))
      .max(100)
      .default([]),
  })
  .transform(({ appId, cloud, login = clouds[cloud].login, ...rest }) => ({
    ...rest,
    cloud,
    appId: appId ?? rest.id,
    login,
    redirectUri: `${login}${callbackPath}`,
  }));

/** One such client, configured. */
export type ExternalMfaConfig = z.output<typeof externalMfaGuard>;
