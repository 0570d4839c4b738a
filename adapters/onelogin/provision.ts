import { takeCensus } from '../../src/connections/census.js';
import type { AdapterDeps } from '../../src/connections/deps.js';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import { byHand, missing, type Provisioning, type ProvisionStep } from '../../src/connections/provisioning.js';
import { toRotatable } from '../../src/connections/rotating-secret.js';
import { createOneLoginApi } from './client.js';
import type { OneLoginConnection } from './config.js';
import { createAccountClient, missingVariables, type Parts, toVariableValue } from './provision-account.js';
import { createChecks } from './provision-checks.js';
import { createHookStep } from './provision-hooks.js';
import { listCensus, listMembers } from './provision-people.js';

/** OneLogin documents no API for policies and factors, so their steps are manual. */
export function createOneLoginProvisioning(deps: AdapterDeps<OneLoginConnection>): Provisioning {
  const { onelogin } = deps.settings;
  const api = createOneLoginApi(onelogin, deps);
  const parts: Parts = { deps, onelogin, api, account: createAccountClient(api) };
  return {
    steps: [
      createFieldStep(parts),
      createVariablesStep(parts),
      createHookStep('pre-authentication', parts),
      createHookStep('user-migration', parts),
      createPolicyStep(parts),
    ],
    checks: createChecks(parts),
    secrets: [
      toRotatable('onelogin.hooks.secret', 'onelogin.hooks.previousSecret', {
        current: onelogin.hooks.secret,
        previous: onelogin.hooks.previousSecret,
      }),
    ],
    registration: null,
    listMembers: (group) => listMembers(group, parts),
    census: (onHolder) => takeCensus(listCensus(parts), deps, onHolder),
  };
}

function createFieldStep({ onelogin: { attribute }, account }: Parts): ProvisionStep {
  return {
    title: `Custom user field ${attribute}`,
    async inspect() {
      const fields = await account.listFields();
      if (fields.some(({ shortname }) => shortname === attribute)) return { state: 'ready' };
      return missing(`Create the custom user field ${attribute} (text).`);
    },
    apply: async () => void (await account.createField({ name: 'Face enrolment token', shortname: attribute })),
  };
}

function createVariablesStep(parts: Parts): ProvisionStep {
  return {
    title: 'Environment variables of the Smart Hooks',
    async inspect() {
      const lacking = await missingVariables(parts);
      if (lacking.length === 0) return { state: 'ready' };
      return missing(...lacking.map((name) => `Create the environment variable ${name}.`));
    },
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
  return byHand(
    `Face policy ${facePolicyId}`,
    'Ask OneLogin to activate "BYO MFA" for the account: it brings the factor type "Trusted IdP as a Factor".',
    ...describeTrust(parts),
    'Security > Authentication Factors > New > Trusted IdP as a Factor: choose that trust.',
    `Security > Policies: the user policy ${facePolicyId} demands that factor and no other, of all users, at every login.`,
    'Every user needs a username in the profile: without one the factor cannot be registered.',
  );
}
