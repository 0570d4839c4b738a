import { z } from 'zod';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { AccountRecovery } from '../../src/core/ports.js';
import { RecoveryCredential } from '../../src/core/secrets.js';
import { epochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { type OneLoginApi, toUnavailable } from './client.js';
import type { OneLoginSettings } from './config.js';
import { idGuard, readUser } from './profile.js';

const active = 1;
const approved = 1;

const statusGuard = z.object({ id: idGuard, status: z.number(), state: z.number() });

const issuedGuard = z.object({
  mfa_token: z
    .string()
    .min(1)
    .transform((text) => new RecoveryCredential(text)),
  expires_at: z.coerce
    .date()
    .transform((date) => epochMs(date.getTime()))
    .nullish()
    .catch(null),
  device_id: z.string().nullish().catch(null),
});

export const toTokenPath = (userId: string): string => `/api/2/mfa/users/${userId}/mfa_token`;

/**
 * Gives users a temporary MFA token, which replaces the factor and not the password. OneLogin names one temporary device
 * for each user, so a new token probably ends the former one; it documents neither this nor a call that ends a token.
 * @see https://developers.onelogin.com/api-docs/2/multi-factor-authentication/generate-mfa-token
 */
export function createOneLoginRecovery(
  { recovery, accountUrl }: Pick<OneLoginSettings, 'recovery' | 'accountUrl'>,
  { api }: { readonly api: OneLoginApi },
): AccountRecovery {
  const checkIssuable = async (subject: string): Promise<void> => {
    const { status, state } = await readUser(subject, statusGuard, { api });
    if (status !== active || state !== approved)
      throw new FaceError('credential_refused', { reason: 'the user is not active and approved', status, state });
  };
  return {
    credentialKind: 'mfa_token',
    signInUrl: accountUrl,
    checkIssuable,
    async issueCredential(subject) {
      await checkIssuable(subject);
      const request = { expires_in: recovery.lifeMin * 60, reusable: false };
      const { status, body } = await api.call('POST', toTokenPath(subject), request);
      if (status === 404) throw new FaceError('subject_unknown');
      if (status === 422) throw new FaceError('credential_refused', { reason: 'OneLogin refuses the token', status });
      // The documentation shows 200, and OneLogin's SDKs expect 201.
      if (status !== 200 && status !== 201) throw toUnavailable({ status, call: 'generate MFA token' });
      const { mfa_token, expires_at, device_id } = parseAnswer(issuedGuard, body);
      return { credential: mfa_token, expiresAt: expires_at ?? null, id: device_id ?? null };
    },
    async revokeCredential(subject) {
      await readUser(subject, statusGuard, { api });
      return 'expires';
    },
  };
}
