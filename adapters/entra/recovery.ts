import { z } from 'zod';
import { listOf, parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import type { AccountRecovery, Profile } from '../../src/core/ports.js';
import { RecoveryCredential } from '../../src/core/secrets.js';
import { addSec, fromIso } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { type SendToGraph, toRefusalDetail } from './client.js';
import type { EntraSettings } from './config.js';
import { parseSubject, type SubjectSettings } from './profile.js';

/** @see https://learn.microsoft.com/en-us/graph/api/temporaryaccesspassauthenticationmethodconfiguration-get */
export const passPolicyPath =
  '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass';

export const toPassesPath = (userId: string): string => `/users/${userId}/authentication/temporaryAccessPassMethods`;

const targetGuard = z.object({ id: z.string().transform((id) => id.toLowerCase()) });

export const passPolicyGuard = z.object({
  state: z.string(),
  minimumLifetimeInMinutes: z.int().min(1),
  maximumLifetimeInMinutes: z.int().min(1),
  isUsableOnce: z.boolean().nullish(),
  includeTargets: listOf(targetGuard),
  excludeTargets: listOf(targetGuard),
});

const activeGuard = z.object({ accountEnabled: z.boolean().nullish() });

const listGuard = z.object({ value: z.array(z.object({ id: z.string().min(1) })) });

const passGuard = z.object({
  id: z.string().min(1),
  temporaryAccessPass: z.string().min(1),
  startDateTime: z.iso.datetime({ offset: true }).nullish(),
  lifetimeInMinutes: z.int(),
  isUsableOnce: z.boolean(),
  isUsable: z.boolean(),
  methodUsabilityReason: z.string().nullish(),
});

const refuse = (reason: string): FaceError => new FaceError('credential_refused', { reason });

const passPermission = 'UserAuthMethod-TAP.ReadWrite.All';

/** Returns the error of a call that Graph did not answer, or refused because the application lacks a permission. */
const toFailure = (answer: RestAnswer, permission: string): FaceError =>
  answer.status === 403
    ? new FaceError('provider_refused', { ...toRefusalDetail(answer), permission })
    : new FaceError('profile_unavailable', toRefusalDetail(answer));

const everybody = 'all_users';

/**
 * Creates the account recovery that ends in a Temporary Access Pass.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/temporaryaccesspassauthenticationmethod
 */
export function createEntraRecovery(
  settings: SubjectSettings & Pick<EntraSettings, 'login'>,
  { send, readGroups }: { readonly send: SendToGraph; readonly readGroups: Profile['readGroups'] },
): AccountRecovery {
  /** Reads something about a person. A refusal of Graph is not quoted, because its texts quote the request. */
  const read = async (path: string, tenantId: string, permission: string): Promise<unknown> => {
    const answer = await send({ method: 'GET', path, tenantId });
    if (answer.status === 404) throw new FaceError('subject_unknown');
    if (answer.status !== 200) throw toFailure(answer, permission);
    return answer.body;
  };

  /** Returns the shortest life of a pass, in minutes. */
  const check = async (subject: string): Promise<number> => {
    const { tenantId, userId } = parseSubject(subject, settings);
    const user = await read(`/users/${userId}?$select=id,accountEnabled`, tenantId, 'User.ReadWrite.All');
    if (parseAnswer(activeGuard, user).accountEnabled !== true) throw refuse('the account is not enabled');
    const answer = await send({ method: 'GET', path: passPolicyPath, tenantId });
    if (answer.status !== 200) throw toFailure(answer, 'Policy.Read.AuthenticationMethod');
    const policy = parseAnswer(passPolicyGuard, answer.body);
    if (policy.state !== 'enabled') throw refuse('Temporary Access Passes are not enabled');
    const targets = [...policy.includeTargets, ...policy.excludeTargets];
    const namesGroups = targets.some(({ id }) => id !== everybody && id !== userId);
    const groups = namesGroups ? await readGroups(subject) : [];
    const own = new Set([everybody, userId, ...groups.map(({ id }) => id.toLowerCase())]);
    const isOwn = ({ id }: { readonly id: string }): boolean => own.has(id);
    if (!policy.includeTargets.some(isOwn) || policy.excludeTargets.some(isOwn))
      throw refuse('the policy of Temporary Access Passes does not include the person');
    return policy.minimumLifetimeInMinutes;
  };

  const end = async (subject: string, id: string): Promise<void> => {
    const { tenantId, userId } = parseSubject(subject, settings);
    const path = `${toPassesPath(userId)}/${encodeURIComponent(id)}`;
    const answer = await send({ method: 'DELETE', path, tenantId });
    if (answer.status !== 204 && answer.status !== 404)
      throw new FaceError('profile_unavailable', toRefusalDetail(answer));
  };
  const list = async (subject: string) => {
    const { tenantId, userId } = parseSubject(subject, settings);
    return parseAnswer(listGuard, await read(toPassesPath(userId), tenantId, passPermission)).value;
  };
  const endAll = async (subject: string): Promise<void> => {
    for (const { id } of await list(subject)) await end(subject, id);
  };

  return {
    credentialKind: 'temporary_access_pass',
    signInUrl: settings.login,
    async checkIssuable(subject) {
      await check(subject);
      // Graph answers this only with the permission that the pass needs.
      await list(subject);
    },
    async issueCredential(subject) {
      const { tenantId, userId } = parseSubject(subject, settings);
      const lifetimeInMinutes = await check(subject);
      await endAll(subject);
      const body = { lifetimeInMinutes, isUsableOnce: true };
      const answer = await send({ method: 'POST', path: toPassesPath(userId), tenantId, body, once: true });
      if (answer.status === 404) throw new FaceError('subject_unknown');
      if (answer.status === 400) throw new FaceError('credential_refused', toRefusalDetail(answer));
      if (answer.status !== 201) throw toFailure(answer, passPermission);
      const { id, temporaryAccessPass, startDateTime, ...pass } = parseAnswer(passGuard, answer.body);
      const credential = new RecoveryCredential(temporaryAccessPass);
      // The clock of Graph may be behind that of the pass.
      const isUsable = pass.isUsable || pass.methodUsabilityReason === 'NotYetValid';
      if (!isUsable || !pass.isUsableOnce) {
        await end(subject, id);
        const reason = isUsable ? 'ReusablePass' : (/^\w{1,64}$/.exec(pass.methodUsabilityReason ?? '')?.[0] ?? null);
        throw new FaceError('credential_refused', { methodUsabilityReason: reason });
      }
      const expiresAt = startDateTime ? addSec(fromIso(startDateTime), pass.lifetimeInMinutes * 60) : null;
      return { credential, expiresAt, id };
    },
    async revokeCredential(subject, id) {
      await (id === null ? endAll(subject) : end(subject, id));
      return 'ended';
    },
    isListed: async (subject, id) => (await list(subject)).some((pass) => pass.id === id),
  };
}
