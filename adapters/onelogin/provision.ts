import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type CoveragePage, countPage, isFilled, measureCoverage } from '../../src/connections/coverage.js';
import { selectNamed, singleMatch } from '../../src/connections/groups.js';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import {
  lostEnrolments,
  manual,
  manualStep,
  missing,
  type Provisioning,
  type ProvisionStep,
  toRotatable,
} from '../../src/connections/provisioning.js';
import { listOf } from '../../src/connections/rest-call.js';
import { foldCase } from '../../src/core/fold-case.js';
import type { Group, Member, NamedGroup } from '../../src/core/ports.js';
import { createOneLoginApi, type OneLoginApi, parseOk } from './client.js';
import type { OneLoginConnection, OneLoginSettings } from './config.js';
import { idGuard, readRolePage } from './profile.js';
import {
  apiPlace,
  createAccountClient,
  missingVariables,
  type Parts,
  toVariableValue,
  variablesPath,
  variablesStepTitle,
} from './provision-account.js';
import { createChecks } from './provision-checks.js';
import { createHookStep } from './provision-hooks.js';
import { variableNames } from './smart-hook.js';

const activeStatus = 1;

/**
 * Returns the cursor of the next page, or `null`. OneLogin sends the cursor percent-encoded and rejects double
 * encoding.
 */
function readNextCursor(headers: Headers): string | null {
  const written = headers.get('after-cursor') || null;
  try {
    return written === null ? null : decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Lists users page by page, with at most half of the hourly quota. */
async function* listPages<User>(guard: z.ZodType<User>, fields: string, api: OneLoginApi): AsyncGenerator<User[]> {
  let cursor: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({ fields });
    if (cursor !== null) query.set('cursor', cursor);
    const answer = await api.call('GET', `/api/2/users?${query}`, null, 'anonymous');
    yield parseOk(z.array(guard), answer);
    cursor = readNextCursor(answer.headers);
  } while (cursor !== null);
}

const holderGuard = z.object({
  id: idGuard,
  status: z.number(),
  custom_attributes: z.record(z.string(), z.unknown()),
});

/** Lists the active users. */
export async function* listCoverage({ onelogin: { attribute }, api }: Parts): AsyncGenerator<CoveragePage> {
  for await (const users of listPages(holderGuard, 'id,status,custom_attributes', api)) {
    const active = users.filter((user) => user.status === activeStatus);
    yield countPage(active.map((user) => ({ subject: user.id, value: user.custom_attributes[attribute] })));
  }
}

const rolesGuard = z.array(z.object({ id: idGuard, name: z.string() }));
const memberGuard = holderGuard.extend({
  username: z.string().nullish(),
  email: z.string().nullish(),
  role_ids: listOf(idGuard),
});

/** Statuses that are active or temporary: locked, password expired or reset, security questions required. */
const staying: readonly number[] = [1, 3, 4, 5, 8];

/** Reads roles whose name has the text. @see https://developers.onelogin.com/api-docs/2/roles/list-roles */
const readRoles = async (text: string, api: Parts['api']): Promise<readonly NamedGroup[]> =>
  parseOk(rolesGuard, await api.call('GET', `/api/2/roles?${new URLSearchParams({ name: text })}`, null, 'anonymous'));

/**
 * Lists a role's users, except suspended and not yet activated ones. It reads all users, because the list of role
 * members lacks addresses.
 */
export async function* listMembers(
  group: string,
  { onelogin: { attribute }, api }: Pick<Parts, 'onelogin' | 'api'>,
): AsyncGenerator<Member[]> {
  const isNamed = ({ name }: NamedGroup): boolean => foldCase(name) === foldCase(group);
  const roles = /^\d{1,18}$/.test(group)
    ? (await readRolePage([group], 0, api)).groups
    : (await readRoles(group, api)).filter(isNamed);
  const { id: role } = singleMatch<Group>(roles);
  const fields = 'id,status,username,email,role_ids,custom_attributes';
  for await (const users of listPages(memberGuard, fields, api)) {
    const active = users.filter((user) => staying.includes(user.status) && user.role_ids.includes(role));
    yield active.map(({ id, username, email, custom_attributes }) => ({
      subject: id,
      login: username || email || '',
      email: email || null,
      isEnrolled: isFilled(custom_attributes[attribute]),
    }));
  }
}

/** OneLogin documents no API for policies and factors, so their steps are manual. */
export function createOneLoginProvisioning(deps: AdapterDeps<OneLoginConnection>): Provisioning {
  const { onelogin } = deps.settings;
  const api = createOneLoginApi(onelogin, deps);
  const parts: Parts = { deps, onelogin, api, account: createAccountClient(api) };
  const steps = [
    createFieldStep(parts),
    createVariablesStep(parts),
    createHookStep('pre-authentication', parts),
    createHookStep('user-migration', parts),
    createPolicyStep(parts),
  ];
  return {
    steps,
    checks: createChecks(steps, parts),
    secrets: toRotatable('onelogin.hooks.secret', 'onelogin.hooks.previousSecret', {
      current: onelogin.hooks.secret,
      previous: onelogin.hooks.previousSecret,
    }),
    listMembers: (group) => listMembers(group, parts),
    searchGroups: async (text) => selectNamed(text, await readRoles(text, api)),
    groupPermission: 'an API credential that can read users and roles',
    census: (onPage) => measureCoverage(listCoverage(parts), deps, onPage),
  };
}

const unseenField = manual(
  'It exists. OneLogin returns neither its maximum length nor who may change it.',
  'Sign in as a user and open the profile: the field must not be there. Truncated writes are detected.',
);

const unseenVariables = manual(
  'They exist. OneLogin never returns their values.',
  'If the hook logs "refused with status 401", the secret was changed in OneLogin: change the secret and provision again.',
);

function createFieldStep({ onelogin: { attribute }, account }: Parts): ProvisionStep {
  const field = { name: 'Face enrolment token', shortname: attribute };
  return {
    title: `Custom user field ${attribute}`,
    check: { ifMissing: lostEnrolments, whenReady: async () => unseenField },
    byHand: ['Users > Custom User Fields > New User Field', `Name: ${field.name}`, `Shortname: ${field.shortname}`],
    async inspect() {
      const fields = await account.listFields();
      if (fields.some(({ shortname }) => shortname === attribute)) return { state: 'ready' };
      return missing(`Create the custom user field ${attribute} (text).`);
    },
    apply: async () => void (await account.createField(field)),
  };
}

/** Returns the body of the call that creates a variable, without a secret. */
const toShownVariable = (name: string, onelogin: OneLoginSettings): string =>
  JSON.stringify({
    name,
    value: name === variableNames.secret ? '<the value of onelogin.hooks.secret>' : toVariableValue(name, onelogin),
  });

function createVariablesStep(parts: Parts): ProvisionStep {
  return {
    title: variablesStepTitle,
    check: { title: 'Environment variables', whenReady: async () => unseenVariables },
    byHand: [
      apiPlace,
      ...Object.values(variableNames).map((name) => `POST ${variablesPath}: ${toShownVariable(name, parts.onelogin)}`),
    ],
    inspect: async () =>
      missing(...(await missingVariables(parts)).map((name) => `Create the environment variable ${name}.`)),
    async apply() {
      for (const name of await missingVariables(parts)) {
        await parts.account.createVariable(name, toVariableValue(name, parts.onelogin));
      }
    },
  };
}

function describeTrust({ deps: { publicUrl, settings } }: Parts): readonly string[] {
  const client = settings.oidc?.clients.find((each) => each.kind === 'onelogin_factor');
  if (client === undefined) {
    return [
      'Authentication > Trusted IdPs > New Trust: the OpenID provider that shows the camera, with its client id and secret.',
    ];
  }
  const { issuer, authorization, token, userinfo } = endpointsOf(publicUrl, settings.id);
  return [
    'Authentication > Trusted IdPs > New Trust > OIDC. Leave "Sign users into OneLogin" off: alone it would replace the password.',
    `Issuer: ${issuer}`,
    `Authentication Endpoint: ${authorization}`,
    `Token Endpoint: ${token}, with the Auth. Method POST`,
    `User Information Endpoint: ${userinfo}`,
    'Scopes: openid profile email',
    `Client Id: ${client.id}, and the Client Secret of the configuration`,
    `The redirect URI this page shows must be in redirectUris of the client; there are: ${client.redirectUris.join(', ')}`,
    'User attribute: the user name, from preferred_username.',
  ];
}

function createPolicyStep(parts: Parts): ProvisionStep {
  const { facePolicyId } = parts.onelogin;
  const step = manualStep(
    `Face policy ${facePolicyId}`,
    'Ask OneLogin to activate "BYO MFA" for the account: it brings the factor type "Trusted IdP as a Factor".',
    ...describeTrust(parts),
    'Security > Authentication Factors > New > Trusted IdP as a Factor: choose that trust.',
    `Security > Policies: the user policy ${facePolicyId} demands that factor and no other, of all users, at every login.`,
    'Every user needs a username in the profile: without one the factor cannot be registered.',
  );
  return { ...step, check: null };
}
