import { z } from 'zod';
import type { Fetch, Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { toStoredToken } from '../stored-token.js';
import { callOkta, createClient, parseAnswer, type Refusal } from './client.js';
import { isUserId } from './schema.js';
import type { OktaConnection } from './schema-connection.js';

/**
 * Reads and writes the token over Okta's management API.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function createOktaProfile(
  { orgUrl, auth, attribute }: Pick<OktaConnection['okta'], 'orgUrl' | 'auth' | 'attribute'>,
  { fetch, log }: { readonly fetch: Fetch; readonly log: Log },
): Profile {
  const client = createClient({ orgUrl, auth }, fetch);
  const userGuard = z.object({ id: z.string(), profile: z.object({ [attribute]: z.unknown().optional() }) });

  const update = async (subject: string, value: string | null): Promise<void> => {
    checkIsUserId(subject);
    // POST changes the attributes it names; PUT would clear all others.
    await callOkta(
      () => client.userApi.updateUser({ userId: subject, user: { profile: { [attribute]: value } } }),
      toProfileError,
    );
  };

  return {
    async readToken(subject) {
      checkIsUserId(subject);
      const user = parseAnswer(
        userGuard,
        await callOkta(() => client.userApi.getUser({ userId: subject }), toProfileError),
      );
      if (user.id !== subject) throw new FaceError('subject_unknown');
      return toStoredToken(user.profile[attribute], { attribute, log });
    },
    writeToken: (subject, token) => token.use((text) => update(subject, text)),
    clearToken: (subject) => update(subject, null),
  };
}

function checkIsUserId(subject: string): void {
  if (!isUserId(subject)) throw new FaceError('subject_unknown');
}

const toProfileError = ({ status, code }: Refusal): FaceError =>
  status === 404 ? new FaceError('subject_unknown') : new FaceError('profile_unavailable', { status, errorCode: code });

const statusRefusalGuard = z.object({ status: z.literal(403), errorCode: z.literal('E0000038') });

/**
 * Whether a profile was not changed because of the user's status: a deactivated user can be read, and changed only where
 * the org's option "Allow updates to deactivated users" is on. Trying again does not help.
 * @see https://support.okta.com/help/s/article/this-operation-is-not-allowed-in-the-users-current-status-error-when-editing-deactivated-user-profiles
 */
export const isRefusedByStatus = (error: unknown): boolean =>
  error instanceof FaceError &&
  error.code === 'profile_unavailable' &&
  statusRefusalGuard.safeParse(error.detail).success;
