import { z } from 'zod';
import { ServiceError } from '../aws.js';
import { type PoolUser, srpNameOf, type UserPool } from './pool.js';
import { notAuthorized } from './protocol.js';
import { describePool } from './settings.js';
import { createVerifier, isPassword } from './srp.js';

const policyGuard = z.object({
  MinimumLength: z.number().default(6),
  RequireUppercase: z.boolean().default(false),
  RequireLowercase: z.boolean().default(false),
  RequireNumbers: z.boolean().default(false),
  RequireSymbols: z.boolean().default(false),
  TemporaryPasswordValidityDays: z.number().default(7),
});
const settingsGuard = z.object({ Policies: z.object({ PasswordPolicy: policyGuard }) });

const policyOf = (pool: UserPool) => settingsGuard.parse(describePool(pool)).Policies.PasswordPolicy;

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html */
function checkPolicy(pool: UserPool, password: string): void {
  const policy = policyOf(pool);
  const faults = [
    password.length < policy.MinimumLength && 'not long enough',
    policy.RequireUppercase && !/[A-Z]/.test(password) && 'must have uppercase characters',
    policy.RequireLowercase && !/[a-z]/.test(password) && 'must have lowercase characters',
    policy.RequireNumbers && !/\d/.test(password) && 'must have numeric characters',
    policy.RequireSymbols && !/[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/.test(password) && 'must have symbol characters',
  ].filter((fault) => fault !== false);
  if (faults.length > 0)
    throw new ServiceError(
      'InvalidPasswordException',
      `Password did not conform with policy: Password ${faults.join(', ')}`,
    );
}

/** Sets a password of any user: an unconfirmed user becomes confirmed, and a federated user becomes a local one. */
export function setPassword(
  pool: UserPool,
  user: PoolUser,
  { password, permanent, now }: { readonly password: string; readonly permanent: boolean; readonly now: number },
): void {
  checkPolicy(pool, password);
  user.password = createVerifier(srpNameOf(pool), user.username, password);
  user.passwordSetAt = now;
  user.status = permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
}

export function checkPassword(pool: UserPool, user: PoolUser, password: string): void {
  if (user.password === null || !isPassword(srpNameOf(pool), user.username, password, user.password))
    throw notAuthorized();
}

/** Returns true if the user must choose a password now. */
export function mustChoosePassword(pool: UserPool, user: PoolUser, now: number): boolean {
  if (user.status !== 'FORCE_CHANGE_PASSWORD') return false;
  if (now >= user.passwordSetAt + policyOf(pool).TemporaryPasswordValidityDays * 86_400_000)
    throw notAuthorized('Temporary password has expired and must be reset by an administrator.');
  return true;
}
