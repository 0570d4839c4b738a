import { z } from 'zod';
import {
  type Check,
  type Finding,
  fail,
  manual,
  manualStep,
  noUserToTestWith,
  type ProvisionStep,
  pass,
  warn,
} from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { FaceError } from '../../src/errors.js';
import { createSendToOkta, listAll, type OktaProvisionDeps, type SendToOkta, withScopes } from './client.js';
import { authenticatorsGuard, codeAuthenticatorGuard, recoveryScopesOf } from './recovery.js';

const setupPage = 'Security > Authenticators > Setup';
const enrolmentPage = 'Security > Authenticators > Enrollment';
const scopesPage = 'Applications > the application > Okta API Scopes';

/** Longest life of a code without a warning. The person gets the code at once, and needs it once. */
const longMinutes = 60;

/** Creates the steps of account recovery, which only an administrator can do. None if it is off. */
export const createRecoverySteps = ({ settings }: OktaProvisionDeps): readonly ProvisionStep[] =>
  settings.recovery.mode === 'off' || settings.okta.recovery.credential !== 'temporary_access_code'
    ? []
    : [
        {
          ...manualStep(
            'Temporary Access Codes of account recovery',
            `${setupPage} > Add authenticator > Temporary Access Code, with a minimum expiry of 10 minutes.`,
            `${enrolmentPage}: set it to Optional in the policy of the people who may recover their account.`,
            'Where a policy asks for two factor types, the code is the knowledge factor: the person needs a second one.',
          ),
          check: null,
        },
      ];

/** Creates the checks of account recovery, which issue nothing. None if it is off. */
export function createRecoveryChecks(deps: OktaProvisionDeps): readonly Check[] {
  const { settings, fetch } = deps;
  if (settings.recovery.mode === 'off') return [];
  const sendWith = (scopes: readonly string[]) => createSendToOkta(withScopes(settings.okta, scopes), fetch);
  const roles = {
    title: 'Account recovery: administrator roles',
    run: () => orDenied(checkRoles(sendWith(['okta.users.read', 'okta.roles.read'])), 'okta.roles.read'),
  };
  if (settings.okta.recovery.credential !== 'temporary_access_code') return [roles];
  const send = sendWith(recoveryScopesOf(settings.okta));
  return [
    {
      title: 'Account recovery: Temporary Access Code authenticator',
      blocks: 'recovery',
      run: () => orDenied(checkAuthenticator(send), 'okta.authenticators.read and okta.users.manage'),
    },
    {
      title: 'Account recovery: enrolment policies',
      run: () => checkPolicies(sendWith(['okta.policies.read'])),
    },
    {
      title: 'Account recovery: codes of users',
      blocks: 'recovery',
      run: () => orDenied(checkEnrolments(send), 'okta.users.read and okta.users.manage'),
    },
    roles,
  ];
}

const refusalGuard = z.object({ status: z.number() });
const isRefused = (error: unknown): error is FaceError =>
  error instanceof FaceError && error.code === 'provider_refused';

const orDenied = (finding: Promise<Finding>, scopes: string): Promise<Finding> =>
  finding.catch((error: unknown) => {
    if (!isRefused(error)) throw error;
    const remedy = `Grant ${scopes} to the application (${scopesPage}), with an administrator role that covers these users`;
    return fail(`Okta refuses the call: ${JSON.stringify(error.detail)}`, remedy);
  });

async function checkAuthenticator(send: SendToOkta): Promise<Finding> {
  const all = parseAnswer(authenticatorsGuard, (await send('GET', '/api/v1/authenticators')).body);
  const found = all.find(({ key }) => key === 'tac');
  if (found === undefined)
    return fail(
      'The org has no Temporary Access Code authenticator, so no recovery ends in a code',
      `${setupPage} > Add authenticator > Temporary Access Code. If the org does not offer it, set okta.recovery.credential to "temporary_password"`,
    );
  if (found.status !== 'ACTIVE')
    return fail('The Temporary Access Code authenticator is not active', `${setupPage}: activate it`);
  const { minTtl, maxTtl } = parseAnswer(codeAuthenticatorGuard, found).provider.configuration;
  return minTtl > longMinutes
    ? warn(
        `A code lives ${minTtl} minutes, because the authenticator allows no shorter life`,
        `${setupPage} > Temporary Access Code: set the minimum expiry to 10 minutes`,
      )
    : pass(`The authenticator is active. A code works once, and lives ${minTtl} minutes (at most ${maxTtl})`);
}

const policyGuard = z.object({
  name: z.string(),
  status: z.string(),
  settings: z.object({
    authenticators: z.array(
      z.object({ key: z.string().nullish(), enroll: z.object({ self: z.string().nullish() }).nullish() }),
    ),
  }),
});

async function checkPolicies(send: SendToOkta): Promise<Finding> {
  try {
    const policies = await listAll(policyGuard, '/api/v1/policies?type=MFA_ENROLL', send);
    const without = policies
      .filter(({ status }) => status === 'ACTIVE')
      .filter(({ settings }) =>
        settings.authenticators.some(({ key, enroll }) => key === 'tac' && enroll?.self === 'NOT_ALLOWED'),
      )
      .map(({ name }) => `"${name}"`);
    return without.length === 0
      ? pass('No enrolment policy disables the Temporary Access Code')
      : warn(
          `The code is disabled in ${without.join(', ')}: people of these policies cannot use one`,
          `${enrolmentPage} > the policy: set Temporary Access Code to Optional`,
        );
  } catch (error) {
    if (!isRefused(error)) throw error;
    return manual(
      'Not known whether an enrolment policy disables the Temporary Access Code',
      `Look in ${enrolmentPage}, or grant okta.policies.read to the application while you check`,
    );
  }
}

const usersGuard = z.array(z.object({ id: z.string() }));

const readUser = async (send: SendToOkta): Promise<string | undefined> =>
  parseAnswer(usersGuard, (await send('GET', '/api/v1/users?limit=1')).body)[0]?.id;

async function checkEnrolments(send: SendToOkta): Promise<Finding> {
  const user = await readUser(send);
  if (user === undefined) return noUserToTestWith;
  try {
    await send('GET', `/api/v1/users/${user}/authenticator-enrollments`);
  } catch (error) {
    if (!(isRefused(error) && refusalGuard.safeParse(error.detail).data?.status === 404)) throw error;
    return fail(
      'The org does not offer the API of authenticator enrolments',
      'Ask Okta to enable it, or set okta.recovery.credential to "temporary_password"',
    );
  }
  return pass(
    'The service may read the enrolments of users. The right to create codes shows at the first recovery only',
  );
}

async function checkRoles(send: SendToOkta): Promise<Finding> {
  const user = await readUser(send);
  if (user === undefined) return noUserToTestWith;
  await send('GET', `/api/v1/users/${user}/roles`);
  return pass('The administrator roles of users can be read');
}
