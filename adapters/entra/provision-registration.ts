import { z } from 'zod';
import type { Registrant, Registration } from '../../src/connections/provisioning.js';
import { FaceError } from '../../src/errors.js';
import { type ExternalMfaConfig, guidGuard } from './config-oidc.js';
import { anything, type EntraProvisionDeps, required } from './provision-graph.js';
import { findMethod } from './provision-method.js';

const userGuard = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  accountEnabled: z.boolean().nullish(),
});
const registrationGuard = z.object({ configurationId: z.string().nullish() });

const page = '$select=id,userPrincipalName,accountEnabled&$top=999';

const pathOf = ({ id }: Pick<Registrant, 'id'>): string => `/users/${id}/authentication/externalAuthenticationMethods`;

/** @see https://learn.microsoft.com/en-us/graph/api/authentication-post-externalauthenticationmethods */
export const registersUsers = ({ cloud }: Pick<ExternalMfaConfig, 'cloud'>): boolean => cloud === 'global';

/**
 * Creates the registration of users for External MFA. Entra's own wizard may never offer External MFA to users who have
 * another method.
 */
export function createRegistration(client: ExternalMfaConfig, deps: EntraProvisionDeps): Registration {
  let found: Promise<string> | null = null;
  const findConfiguration = async (): Promise<string> => {
    const method = required(await findMethod(client, deps), `"${client.displayName}": provision it first`);
    return method.id;
  };
  const configurationId = (): Promise<string> => {
    found ??= findConfiguration();
    return found;
  };

  return {
    title: `External MFA "${client.displayName}"`,
    async findRegistrants(group) {
      await configurationId();
      const users = await deps.graph.list(userGuard, toUsersPath(group));
      return users
        .filter(({ accountEnabled }) => accountEnabled !== false)
        .map(({ id, userPrincipalName }) => ({ id, login: userPrincipalName }));
    },
    async isRegistered(registrant) {
      const wanted = await configurationId();
      const all = await deps.graph.list(registrationGuard, pathOf(registrant));
      return all.some((each) => each.configurationId === wanted);
    },
    async register(registrant) {
      await deps.graph.create(anything, pathOf(registrant), {
        '@odata.type': '#microsoft.graph.externalAuthenticationMethod',
        configurationId: await configurationId(),
        displayName: client.displayName,
      });
    },
  };
}

function toUsersPath(group: string | null): string {
  if (group === null) return `/users?$filter=accountEnabled eq true&${page}`;
  const id = guidGuard.safeParse(group);
  if (!id.success) throw new FaceError('provider_refused', { reason: 'expected the object id of a group' });
  return `/groups/${id.data}/transitiveMembers/microsoft.graph.user?$count=true&${page}`;
}
