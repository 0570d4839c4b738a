import {
  paginateListGroups,
  paginateListUsers,
  paginateListUsersInGroup,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type CoveragePage, countPage, isFilled, measureCoverage } from '../../src/connections/coverage.js';
import { mostFound, selectNamed } from '../../src/connections/groups.js';
import {
  checkingGroups,
  createPreviousSecretChecks,
  createStepChecks,
  needing,
  type Provisioning,
  serverClock,
  toRotatable,
} from '../../src/connections/provisioning.js';
import type { Fetch, Member, NamedGroup } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createCognitoClient, toRefusal, toServiceFailure, triesWhileAdministering } from './client.js';
import type { CognitoConnection } from './config.js';
import { checkDecisions } from './decisions.js';
import { modeStep } from './deployed-mode.js';
import { toAccount, toUser } from './profile.js';
import {
  checkClock,
  checkCredentials,
  checkGroups,
  checkOtherClients,
  checkPasswordless,
  clientChecks,
  warnOfPoolId,
} from './provision-checks.js';
import { appClientStep, createFederationChecks, identityProviderStep } from './provision-federation.js';
import { checkFunctions, checkInvocation } from './provision-functions.js';
import { createAdministration } from './provision-pool.js';
import { createRecoveryChecks } from './provision-recovery.js';
import { attributeStep, customAuthStep, permissionStep, triggerStep } from './provision-steps.js';
import { isPoolOfAws } from './trigger-settings.js';

const clocks = 'Clocks';
const credentials = 'Credentials';
const functions = 'The functions';

type Deps = Pick<AdapterDeps<CognitoConnection>, 'settings' | 'fetch'>;

const pageSize = 60;

/** Lists the enabled users with all attributes. Cognito rejects a request for one attribute that some users lack. */
async function* listCoverage({ settings: { cognito: settings }, fetch }: Deps): AsyncGenerator<CoveragePage> {
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  const pages = paginateListUsers({ client, pageSize }, { UserPoolId: settings.userPoolId });
  for await (const users of enabledIn(pages, (error) => toRefusal(error, 'ListUsers'))) {
    yield countPage(
      users.map(({ Attributes = [] }) => {
        const held = (name: string) => Attributes.find(({ Name }) => Name === name)?.Value;
        return { subject: held('sub') ?? '', value: held(settings.attribute) };
      }),
    );
  }
}

/**
 * Lists the enabled users of a group.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsersInGroup.html
 */
async function* listMembers(group: string, { settings: { cognito: settings }, fetch }: Deps): AsyncGenerator<Member[]> {
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  const query = { UserPoolId: settings.userPoolId, GroupName: group };
  const pages = paginateListUsersInGroup({ client, pageSize }, query);
  const toError = (error: unknown): FaceError =>
    toServiceFailure(error).code === 'ResourceNotFoundException'
      ? new FaceError('not_found', { groups: 0 })
      : toRefusal(error, 'ListUsersInGroup');
  for await (const users of enabledIn(pages, toError)) {
    yield users.map(({ Username, Attributes }) => {
      const user = toUser(Username, Attributes);
      const { phone: _, ...account } = toAccount(user);
      return { ...account, isEnrolled: isFilled(user.attributes.get(settings.attribute)) };
    });
  }
}

/**
 * Finds groups among all, because Cognito has no filter for them.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListGroups.html
 */
async function searchGroups(
  text: string,
  { settings: { cognito: settings }, fetch }: Deps,
): Promise<readonly NamedGroup[]> {
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  const found: NamedGroup[] = [];
  try {
    for await (const { Groups = [] } of paginateListGroups({ client, pageSize }, { UserPoolId: settings.userPoolId })) {
      found.push(
        ...selectNamed(
          text,
          Groups.map(({ GroupName: name = '' }) => ({ id: name, name })),
        ),
      );
      if (found.length >= mostFound) break;
    }
  } catch (error) {
    throw toRefusal(error, 'ListGroups');
  }
  return found.slice(0, mostFound);
}

async function* enabledIn(
  pages: AsyncIterable<{ readonly Users?: UserType[] | undefined }>,
  toError: (error: unknown) => FaceError,
): AsyncGenerator<UserType[]> {
  try {
    for await (const { Users = [] } of pages) yield Users.filter(({ Enabled }) => Enabled !== false);
  } catch (error) {
    throw toError(error);
  }
}

export function createCognitoProvisioning(deps: AdapterDeps<CognitoConnection>): Provisioning {
  const { cognito } = deps.settings;
  let date = '';
  const fetch: Fetch = async (url, init) => {
    const response = await deps.fetch(url, init);
    date = response.headers.get('date') ?? '';
    return response;
  };
  const pool = createAdministration(cognito, { fetch });
  const federated = (deps.settings.oidc?.clients ?? []).filter((client) => client.kind === 'cognito');
  const steps = [
    permissionStep(cognito, pool),
    attributeStep(cognito, pool),
    ...cognito.clientIds.map((clientId) => customAuthStep(clientId, cognito, pool)),
    // Before the pool calls the functions, so that they never run in another mode than the configured one.
    ...(cognito.triggers.functions === undefined ? [] : [modeStep(cognito.triggers.functions, deps)]),
    triggerStep(cognito, pool),
    ...federated.flatMap((client) => [identityProviderStep(client, pool, deps), appClientStep(client)]),
  ];
  return {
    steps,
    checks: [
      ...(isPoolOfAws(cognito.userPoolId)
        ? []
        : [{ title: 'The id of the user pool', run: async () => warnOfPoolId(cognito) }]),
      // The clock is checked first, because AWS rejects requests signed with a wrong time.
      { title: clocks, needs: [serverClock], run: () => checkClock(pool, deps.clock, () => date) },
      { title: credentials, needs: [clocks], run: () => checkCredentials(pool) },
      ...(cognito.passwordless
        ? [{ title: 'Sign-ins without a password', run: async () => checkPasswordless(deps.settings) }]
        : []),
      ...needing(
        [credentials],
        [
          ...createStepChecks(steps),
          { title: functions, run: () => checkFunctions(deps) },
          { title: 'Decisions of the functions', run: () => checkDecisions(deps) },
          { title: 'Leave to invoke the functions', needs: [functions], run: () => checkInvocation(deps) },
          ...cognito.clientIds.flatMap((clientId) => clientChecks(clientId, deps.settings, pool)),
          { title: 'Other app clients of the pool', run: () => checkOtherClients(cognito, pool) },
          ...checkingGroups(deps, () => checkGroups(cognito, { fetch })),
          ...federated.flatMap((client) => createFederationChecks(client, pool, deps)),
          ...createRecoveryChecks(deps, pool),
        ],
      ),
      ...createPreviousSecretChecks(cognito.triggers.previousRequestSecret, 'cognito.triggers.previousRequestSecret'),
    ],
    secrets: toRotatable('cognito.triggers.requestSecret', 'cognito.triggers.previousRequestSecret', {
      current: cognito.triggers.requestSecret,
      previous: cognito.triggers.previousRequestSecret,
    }),
    listMembers: (group) => listMembers(group, deps),
    searchGroups: (text) => searchGroups(text, deps),
    groupPermission: 'cognito-idp:ListGroups and cognito-idp:ListUsersInGroup',
    census: (onPage) => measureCoverage(listCoverage(deps), deps, onPage),
  };
}
