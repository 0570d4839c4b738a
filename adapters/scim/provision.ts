import { takeCensus } from '../../src/connections/census.js';
import type { AdapterDeps } from '../../src/connections/deps.js';
import { byHand, inConsole, type Provisioning, type ProvisionStep } from '../../src/connections/provisioning.js';
import { maxTokenCharacters } from '../../src/core/concealed.js';
import { sleep as sleepInFact, whileAdministering } from '../../src/core/resilience.js';
import { createScimApi } from './client.js';
import type { ScimConnection } from './config.js';
import { createChecks } from './provision-checks.js';
import { listCensus, listMembers } from './provision-people.js';
import { type Parts, readExtension } from './provision-schema.js';
import { isSameName } from './schema.js';

export function createScimProvisioning(deps: AdapterDeps<ScimConnection>, sleep = sleepInFact): Provisioning {
  const { scim } = deps.settings;
  const parts: Parts = { deps, scim, api: createScimApi(scim, deps, { patience: whileAdministering, sleep }) };
  return {
    steps: [createAttributeStep(parts), createRightsStep(parts)],
    checks: createChecks(parts),
    secrets: [],
    registration: null,
    listMembers: (group) => listMembers(group, parts),
    census: (onHolder) => takeCensus(listCensus(parts), deps, onHolder),
  };
}

function createAttributeStep(parts: Parts): ProvisionStep {
  const { schema, name } = parts.scim.attribute;
  const instructions = [
    `Define the schema extension ${schema}, with exactly this spelling, and add it to the resource type User (required: false).`,
    `Give it the attribute ${name}: type string, multiValued false, required false, caseExact true, mutability readWrite, uniqueness none.`,
    'Set its characteristic "returned" to "request", so that it is returned only to clients that request it by name. "default" works; "never" does not.',
    `It must hold ${maxTokenCharacters} characters.`,
    'Leave it out of what is mapped into tokens, passed on to applications, or indexed for search.',
  ];
  return {
    title: `Attribute ${parts.scim.attribute.path}`,
    async inspect() {
      const extension = await readExtension(parts);
      const isThere = extension.state === 'told' && extension.attributes.some((each) => isSameName(each.name, name));
      return isThere ? { state: 'ready' } : inConsole(...instructions);
    },
    apply: async () => {},
  };
}

const createRightsStep = ({ scim: { attribute } }: Parts): ProvisionStep =>
  byHand(
    'Rights',
    `The credential of the configuration reads users (id, userName, emails, ${attribute.name}) and changes ${attribute.name}. Give it nothing else.`,
    `No one else may read or change ${attribute.name}, including the users themselves in a self-service page or at /Me.`,
  );
