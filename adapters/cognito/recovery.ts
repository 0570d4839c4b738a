import type { AdminGetUserResponse, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { Ports } from '../../src/core/deps.js';
import { drawBelow } from '../../src/core/number-choices.js';
import type { AccountRecovery, Random } from '../../src/core/ports.js';
import { RecoveryCredential } from '../../src/core/secrets.js';
import { addSec, secondsPerDay } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { createCognitoClient, toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';
import { findBySub, notUnderstood, within } from './profile.js';

const characters = 20;
const groupCharacters = 5;
/** Letters and digits that look different from each other in usual fonts, and from their other case. */
const alphabet = 'acdefhjkmnprtuwxyADEFHLMNQRT23456789';

/**
 * Draws a password of groups such as `a3dTe-`. It always has both cases, a digit and a symbol, so every password policy
 * that demands no more characters accepts it.
 */
export function drawPassword(minimumLength: number, random: Random): string {
  const groups = Math.ceil((Math.max(characters, minimumLength) + 1) / (groupCharacters + 1));
  const draw = (): string => alphabet.charAt(drawBelow(alphabet.length, random));
  for (;;) {
    const drawn = Array.from({ length: groups }, () => Array.from({ length: groupCharacters }, draw).join('')).join(
      '-',
    );
    // A rejected draw is drawn again as a whole, so that all accepted passwords are equally likely.
    if (/[a-z]/.test(drawn) && /[A-Z]/.test(drawn) && /\d/.test(drawn)) return drawn;
  }
}

const usualDays = 7;

export const passwordPolicyOf = ({ Policies, AdminCreateUserConfig }: UserPoolType) => ({
  minimumLength: Policies?.PasswordPolicy?.MinimumLength ?? 0,
  // Cognito treats 0 as unset. Older pools have the former setting.
  validDays:
    Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ||
    AdminCreateUserConfig?.UnusedAccountValidityDays ||
    usualDays,
});

const isTemporary = ({ UserStatus }: AdminGetUserResponse): boolean => UserStatus === 'FORCE_CHANGE_PASSWORD';

/**
 * Rejects users whose status a password would change. Cognito confirms a user who never confirmed their address, and
 * turns a federated user into a local one.
 */
function checkStatus({ Enabled, UserStatus }: AdminGetUserResponse): void {
  if (Enabled !== true) throw new FaceError('credential_refused', { reason: 'the user is disabled' });
  if (UserStatus !== 'CONFIRMED' && UserStatus !== 'FORCE_CHANGE_PASSWORD' && UserStatus !== 'RESET_REQUIRED')
    throw new FaceError('credential_refused', { reason: 'status of the user', status: UserStatus ?? null });
}

const off = { Enabled: false, PreferredMfa: false };

/** Turns off only the factors that the user has, because a pool may not offer the others. */
const toMfaSettings = ({ UserMFASettingList = [] }: AdminGetUserResponse) => ({
  SMSMfaSettings: UserMFASettingList.includes('SMS_MFA') ? off : undefined,
  SoftwareTokenMfaSettings: UserMFASettingList.includes('SOFTWARE_TOKEN_MFA') ? off : undefined,
  EmailMfaSettings: UserMFASettingList.includes('EMAIL_OTP') ? off : undefined,
});

/**
 * Gives users a temporary password. Every call has a time limit of its own, so that no call is still to come after an
 * error.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserPassword.html
 */
export function createCognitoRecovery(
  settings: CognitoConnection['cognito'],
  { clock, fetch, random }: Ports<'clock' | 'fetch' | 'random'>,
): AccountRecovery {
  const { userPoolId: UserPoolId, recovery } = settings;
  const client = createCognitoClient(settings, { fetch });

  const readUser = async (subject: string) => {
    const { username: Username } = await within(() => findBySub(subject, 'known', { UserPoolId, client }));
    return { Username, user: await within(() => client.adminGetUser({ UserPoolId, Username })) };
  };
  const readPolicy = async () => {
    const { UserPool } = await within(() => client.describeUserPool({ UserPoolId }));
    if (UserPool === undefined) throw notUnderstood();
    return passwordPolicyOf(UserPool);
  };
  const readIssuable = async (subject: string) => {
    const { Username, user } = await readUser(subject);
    checkStatus(user);
    return { Username, user, policy: await readPolicy() };
  };
  const setPassword = (Username: string, Password: string): Promise<unknown> =>
    within(() =>
      client.adminSetUserPassword({ UserPoolId, Username, Password, Permanent: false }).catch((error: unknown) => {
        if (toServiceFailure(error).code !== 'InvalidPasswordException') throw error;
        throw new FaceError('credential_refused', { reason: 'the password policy' });
      }),
    );
  /** Overwrites the password with a value that no one keeps. */
  const endPassword = (Username: string, minimumLength: number): Promise<unknown> =>
    setPassword(Username, drawPassword(minimumLength, random));

  return {
    credentialKind: 'temporary_password',
    signInUrl: null,
    checkIssuable: async (subject) => void (await readIssuable(subject)),
    async issueCredential(subject) {
      const { Username, user, policy } = await readIssuable(subject);
      // The former password ends first, so that it opens no new session and no account without its second factor. The
      // known password comes last, so that a failure in between leaves none.
      await endPassword(Username, policy.minimumLength);
      await within(() => client.adminUserGlobalSignOut({ UserPoolId, Username }));
      const factors = toMfaSettings(user);
      if (recovery.clearMfa && Object.values(factors).some((setting) => setting !== undefined))
        await within(() => client.adminSetUserMFAPreference({ UserPoolId, Username, ...factors }));
      const password = drawPassword(policy.minimumLength, random);
      const expiresAt = addSec(clock.now(), policy.validDays * secondsPerDay);
      try {
        await setPassword(Username, password);
      } catch (error) {
        // Cognito may have set it, although its answer was lost.
        await endPassword(Username, policy.minimumLength).catch(() => undefined);
        throw error;
      }
      return { credential: new RecoveryCredential(password), expiresAt, id: null };
    },
    async revokeCredential(subject) {
      const { Username, user } = await readUser(subject);
      // In another state, the user has no temporary password, and may have chosen a new one.
      if (isTemporary(user)) await endPassword(Username, (await readPolicy()).minimumLength);
      return 'ended';
    },
    async endPassword(subject) {
      const { Username } = await readUser(subject);
      await endPassword(Username, (await readPolicy()).minimumLength);
      await within(() => client.adminUserGlobalSignOut({ UserPoolId, Username }));
    },
  };
}
