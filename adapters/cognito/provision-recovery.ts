import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type Check, type Finding, fail, pass, warn } from '../../src/connections/provisioning.js';
import { createCognitoClient, toRefusal, toServiceFailure, triesWhileAdministering } from './client.js';
import type { CognitoConnection } from './config.js';
import type { Administration } from './provision-pool.js';
import { drawPassword, passwordPolicyOf } from './recovery.js';

type Deps = Pick<AdapterDeps<CognitoConnection>, 'fetch' | 'random' | 'settings'>;

/** Calls each operation for a user that cannot exist. AWS checks the permission first. */
async function checkRights({ fetch, random, settings: { cognito } }: Deps, pool: Administration): Promise<Finding> {
  const { minimumLength } = passwordPolicyOf(await pool.describePool());
  const client = createCognitoClient(cognito, { fetch, tries: triesWhileAdministering });
  const nobody = `facestep-doctor-${Buffer.from(random(16)).toString('hex')}`;
  const user = { UserPoolId: cognito.userPoolId, Username: nobody };
  const password = { Password: drawPassword(minimumLength, random), Permanent: false };
  const factor = { SMSMfaSettings: { Enabled: false } };
  const calls = [
    { name: 'AdminSetUserPassword', send: () => client.adminSetUserPassword({ ...user, ...password }) },
    { name: 'AdminUserGlobalSignOut', send: () => client.adminUserGlobalSignOut(user) },
    ...(cognito.recovery.clearMfa
      ? [{ name: 'AdminSetUserMFAPreference', send: () => client.adminSetUserMFAPreference({ ...user, ...factor }) }]
      : []),
  ];
  const denied: string[] = [];
  for (const { name, send } of calls) {
    const error = await send().then(
      () => null,
      (reason: unknown) => reason,
    );
    const { code } = toServiceFailure(error);
    if (code === 'AccessDeniedException') denied.push(`cognito-idp:${name}`);
    else if (error !== null && code !== 'UserNotFoundException') throw toRefusal(error, name);
  }
  if (denied.length === 0) return pass('The credentials may set temporary passwords.');
  return fail(
    `The credentials may not use: ${denied.join(', ')}. No account can be recovered.`,
    'Allow these actions on the user pool.',
  );
}

async function checkLife(pool: Administration): Promise<Finding> {
  const { validDays } = passwordPolicyOf(await pool.describePool());
  if (validDays <= 1) return pass('Temporary passwords are valid for one day.');
  return warn(
    `Temporary passwords are valid for ${validDays} days.`,
    'Set “Temporary passwords set by administrators expire in” of the user pool to 1 day.',
  );
}

/** Creates the checks of account recovery, which issue nothing. */
export const createRecoveryChecks = (deps: Deps, pool: Administration): readonly Check[] =>
  deps.settings.recovery.mode === 'off'
    ? []
    : [
        { title: 'Account recovery: permissions', blocks: 'recovery', run: () => checkRights(deps, pool) },
        { title: 'Account recovery: lifetime of temporary passwords', run: () => checkLife(pool) },
      ];
