import { takeCensus } from '../../src/connections/census.js';
import type { AdapterDeps } from '../../src/connections/deps.js';
import { byHand, type Provisioning, type ProvisionStep } from '../../src/connections/provisioning.js';
import { sleep as sleepInFact, whileAdministering } from '../../src/core/resilience.js';
import { eventsServiceAppId } from './caller.js';
import { createGraphClient } from './client.js';
import type { EntraConnection } from './config.js';
import { createChecks } from './provision-checks.js';
import { createMappedClaimsStep, createPolicyAssignmentStep, createPolicyStep } from './provision-claims.js';
import { createExternalMfaChecks } from './provision-diagnosis.js';
import {
  createConsentStep,
  createExtensionStep,
  createHookApplicationStep,
  createServicePrincipalStep,
} from './provision-directory.js';
import { createExtensionOfHookStep, createListenerStep, hooksOf } from './provision-events.js';
import { createGraphAdministration, type EntraProvisionDeps, untilShown } from './provision-graph.js';
import { createRegistration, registersUsers } from './provision-method.js';
import { createExternalMfaSteps, externalMfaClientsOf } from './provision-mfa.js';
import { listCensus, listMembers } from './provision-people.js';

export function createEntraProvisioning(given: AdapterDeps<EntraConnection>, sleep = sleepInFact): Provisioning {
  const send = createGraphClient(given.settings.entra, given.fetch, { patience: whileAdministering, sleep });
  const deps: EntraProvisionDeps = { ...given, send, sleep, graph: createGraphAdministration(send, given.clock) };
  const { hooks, isExternal } = given.settings.entra;
  const { clientApps, signUp } = hooks;
  const clients = externalMfaClientsOf(given.settings);
  const steps = [
    createExtensionStep(deps),
    createHookApplicationStep(deps),
    createServicePrincipalStep(hooks.appId, { whileDisabled: 'Entra then calls no hook' }, deps),
    createConsentStep(deps),
    ...(isExternal || signUp !== undefined ? [createCallerStep(deps)] : []),
    ...hooksOf(deps).map((hook) => createExtensionOfHookStep(hook, deps)),
    createPolicyStep(deps),
    ...clientApps.flatMap((appId) => [
      createListenerStep(appId, deps),
      createMappedClaimsStep(appId, deps),
      createPolicyAssignmentStep(appId, deps),
    ]),
    ...(clientApps.length === 0 ? [chooseApplications] : []),
    ...(signUp === undefined ? [] : [attachToUserFlow]),
    ...clients.flatMap((client) => createExternalMfaSteps(client, deps)),
  ].map((step) => untilShown(step, deps));
  const mfaChecks = clients.flatMap((client) => createExternalMfaChecks(client, deps));
  const [client] = clients;
  return {
    steps,
    checks: [...createChecks(steps, deps), ...mfaChecks],
    secrets: [],
    registration: client !== undefined && registersUsers(client) ? createRegistration(client, deps) : null,
    listMembers: (group) => listMembers(group, deps),
    census: (onHolder) => takeCensus(listCensus(deps), deps, onHolder),
  };
}

/** Creates the step for the service principal of Microsoft's events service, which new external tenants lack. */
const createCallerStep = (deps: EntraProvisionDeps): ProvisionStep => ({
  ...createServicePrincipalStep(eventsServiceAppId, { whileDisabled: 'Entra then calls no hook' }, deps),
  title: 'Microsoft’s caller of hooks (Azure Active Directory Authentication Extensions)',
});

const chooseApplications = byHand(
  'Applications whose tokens get the claims',
  'List their client ids in entra.hooks.clientApps, and run this again.',
);

const attachToUserFlow = byHand(
  'User flow of the sign-up',
  'Entra admin center > External Identities > User flows > the flow > Custom authentication extensions.',
  'Choose our extension before the form ("Before collecting information from the user"): users who passed no face check are then blocked.',
  'Or, with entra.hooks.signUp.receiptAttribute, after it ("When a user submits their information"), and add that attribute to the form. Not both: a check counts once.',
);
