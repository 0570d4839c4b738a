import {
  type Check,
  type Finding,
  fail,
  manual,
  manualStep,
  type ProvisionStep,
  pass,
  warn,
} from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { EntraProvisionDeps } from './provision-graph.js';
import { passPolicyGuard, passPolicyPath, toPassesPath } from './recovery.js';

const policyPage = 'Entra admin center > Authentication methods > Policies > Temporary Access Pass';

const consent = 'with admin consent (App registrations > the application > API permissions)';

/** Longest life of a pass without a warning. The person gets the pass at once, and needs it once. */
const longMinutes = 60;

/** Creates the steps of account recovery, which only an administrator can do. None if it is off. */
export const createRecoverySteps = ({ settings }: EntraProvisionDeps): readonly ProvisionStep[] =>
  settings.recovery.mode === 'off'
    ? []
    : [
        {
          ...manualStep(
            'Temporary Access Passes of account recovery',
            `${policyPage}: enable it for the people who may recover their account.`,
            'Configure: minimum lifetime 10 minutes, and one-time use.',
          ),
          check: null,
        },
      ];

/** Creates the checks of account recovery, which issue no pass. None if it is off. */
export function createRecoveryChecks(
  deps: Pick<EntraProvisionDeps, 'settings' | 'send'>,
  needs: readonly string[],
): readonly Check[] {
  if (deps.settings.recovery.mode === 'off') return [];
  const blocks = 'recovery';
  return [
    { title: 'Account recovery: policy of Temporary Access Passes', needs, blocks, run: () => checkPolicy(deps) },
    { title: 'Account recovery: right to issue passes', needs, blocks, run: () => checkRight(deps) },
    { title: 'Account recovery: administrator roles', needs, run: () => checkRoles(deps) },
  ];
}

type Deps = Pick<EntraProvisionDeps, 'send'>;

const isDenied = (status: number): boolean => status === 401 || status === 403;

const unclear = (status: number): Finding => fail(`Graph answers with status ${status}`, 'Try again later');

async function checkPolicy({ send }: Deps): Promise<Finding> {
  const { status, body } = await send({ method: 'GET', path: passPolicyPath });
  if (isDenied(status))
    return fail(
      'The service may not read the policy, so no recovery ends in a pass',
      `Grant Policy.Read.AuthenticationMethod to the application, ${consent}`,
    );
  if (status !== 200) return unclear(status);
  const policy = parseAnswer(passPolicyGuard, body);
  if (policy.state !== 'enabled')
    return fail('Temporary Access Passes are disabled, so no recovery ends in one', `${policyPage}: enable it`);
  if (policy.includeTargets.length === 0)
    return fail('The policy includes no one', `${policyPage} > Enable and target: include the people who may recover`);
  const { minimumLifetimeInMinutes: least, maximumLifetimeInMinutes: most } = policy;
  if (least > longMinutes)
    return warn(
      `A pass lives ${least} minutes, because the policy allows no shorter life`,
      `${policyPage} > Configure: set the minimum lifetime to 10 minutes`,
    );
  if (policy.isUsableOnce !== true)
    return warn(
      'The policy allows passes that work many times. This service issues one-time passes, others may not',
      `${policyPage} > Configure: require one-time use`,
    );
  const isForAll = policy.includeTargets.some(({ id }) => id === 'all_users') && policy.excludeTargets.length === 0;
  const whom = isForAll ? 'everybody' : 'the included people';
  return pass(`Passes are enabled for ${whom}, work once, and live ${least} minutes (at most ${most})`);
}

const nobodysId = '00000000-0000-0000-0000-000000000000';

/** Tries to delete a pass of a user that does not exist. Graph refuses that without the permission, and otherwise finds no such user. */
async function checkRight({ send }: Deps): Promise<Finding> {
  const { status } = await send({ method: 'DELETE', path: `${toPassesPath(nobodysId)}/${nobodysId}` });
  if (isDenied(status))
    return fail(
      'The service may not issue Temporary Access Passes',
      `Grant UserAuthMethod-TAP.ReadWrite.All to the application, ${consent}`,
    );
  return status === 404 ? pass('The service may issue and end passes') : unclear(status);
}

async function checkRoles({ send }: Deps): Promise<Finding> {
  const { status } = await send({ method: 'GET', path: '/directoryRoles?$select=id' });
  if (isDenied(status))
    return fail(
      'The service may not read administrator roles, so privileged people may be treated as others',
      `Grant RoleManagement.Read.Directory to the application, ${consent}`,
    );
  return status === 200
    ? manual(
        'Active administrator roles can be read, but not roles that a person is only eligible for',
        'Name the groups of these people in recovery.privileged.groups',
      )
    : unclear(status);
}
