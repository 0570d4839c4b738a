import { takeCensus } from '../../src/connections/census.js';
import type { AdapterDeps } from '../../src/connections/deps.js';
import { checkingGroups, needing, type Provisioning, serverClock } from '../../src/connections/provisioning.js';
import { createPreviousSecretChecks, toRotatable } from '../../src/connections/rotating-secret.js';
import type { Fetch } from '../../src/core/ports.js';
import type { CognitoConnection } from './config.js';
import {
  attributeCheck,
  checkGroups,
  clientChecks,
  clockCheck,
  createPoolIdChecks,
  credentialsCheck,
  otherClientsCheck,
  permissionCheck,
  triggerCheck,
} from './provision-checks.js';
import { appClientStep, createFederationChecks, identityProviderStep } from './provision-federation.js';
import { functionsCheck, invocationCheck } from './provision-functions.js';
import { listCensus, listMembers } from './provision-people.js';
import { createAdministration } from './provision-pool.js';
import { attributeStep, customAuthStep, permissionStep, triggerStep } from './provision-steps.js';

export function createCognitoProvisioning(deps: AdapterDeps<CognitoConnection>): Provisioning {
  const { cognito } = deps.settings;
  let date = '';
  const fetch: Fetch = async (url, init) => {
    const response = await deps.fetch(url, init);
    date = response.headers.get('date') ?? '';
    return response;
  };
  const pool = createAdministration(cognito, { fetch });
  // The clock is checked first, because AWS rejects requests signed with a wrong time.
  const clock = clockCheck(pool, deps.clock, () => date);
  const credentials = credentialsCheck(pool);
  const functions = functionsCheck(deps);
  const federated = (deps.settings.oidc?.clients ?? []).filter((client) => client.kind === 'cognito');
  return {
    steps: [
      permissionStep(cognito, pool),
      attributeStep(cognito, pool),
      ...cognito.clientIds.map((clientId) => customAuthStep(clientId, pool)),
      triggerStep(cognito, pool),
      ...federated.flatMap((client) => [identityProviderStep(client, pool, deps), appClientStep(client)]),
    ],
    checks: [
      ...createPoolIdChecks(cognito),
      { ...clock, needs: [serverClock] },
      { ...credentials, needs: [clock.title] },
      ...needing(
        [credentials.title],
        [
          ...[attributeCheck(cognito, pool), permissionCheck(cognito, pool), triggerCheck(cognito, pool)],
          functions,
          { ...invocationCheck(deps), needs: [functions.title] },
          ...cognito.clientIds.flatMap((clientId) => clientChecks(clientId, deps.settings, pool)),
          otherClientsCheck(cognito, pool),
          ...checkingGroups(deps.settings, () => checkGroups(cognito, { fetch })),
          ...federated.flatMap((client) => createFederationChecks(client, pool, deps)),
        ],
      ),
      ...createPreviousSecretChecks(cognito.triggers.previousRequestSecret, 'cognito.triggers.previousRequestSecret'),
    ],
    secrets: [
      toRotatable('cognito.triggers.requestSecret', 'cognito.triggers.previousRequestSecret', {
        current: cognito.triggers.requestSecret,
        previous: cognito.triggers.previousRequestSecret,
      }),
    ],
    registration: null,
    listMembers: (group) => listMembers(group, cognito, deps),
    census: (onHolder) => takeCensus(listCensus(cognito, deps), deps, onHolder),
  };
}
