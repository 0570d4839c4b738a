import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type AdapterName, connectionKinds, providers } from '../../adapters/index.js';
import { projectRoot } from '../../support/run/paths.js';
import { hasSlapd } from '../../support/servers/slapd.js';
import { type AdapterHarness, runAdapterContract } from './adapter.js';
import { setUpCognito } from './cognito.js';
import { setUpEntra } from './entra.js';
import { setUpLdap } from './ldap.js';
import { setUpOkta } from './okta.js';
import { setUpOneLogin } from './onelogin.js';
import { setUpScim } from './scim.js';

// An adapter without an entry here does not compile.
const adapters = {
  cognito: {
    hooks: ['define-auth-challenge', 'verify-auth-challenge', 'pre-token-generation'],
    notices: ['create-auth-challenge'],
    triggers: ['define-auth-challenge', 'create-auth-challenge', 'verify-auth-challenge', 'pre-token-generation'],
    setUp: setUpCognito,
  },
  entra: {
    hooks: ['token-issuance-start', 'attribute-collection-start', 'attribute-collection-submit'],
    notices: [],
    triggers: [],
    setUp: setUpEntra,
  },
  okta: {
    hooks: ['token', 'registration', 'saml', 'password-import'],
    notices: ['events'],
    triggers: [],
    setUp: setUpOkta,
  },
  // Nothing calls: a profile alone.
  ldap: { hooks: [], notices: [], triggers: [], setUp: setUpLdap },
  onelogin: { hooks: ['pre-authentication', 'user-migration'], notices: [], triggers: [], setUp: setUpOneLogin },
  scim: { hooks: [], notices: [], triggers: [], setUp: setUpScim },
} satisfies Record<
  AdapterName,
  {
    hooks: readonly string[];
    notices: readonly string[];
    triggers: readonly string[];
    setUp: () => Promise<AdapterHarness>;
  }
>;

const adapterNames = providers.map(({ createGuard }) => createGuard([]).shape.kind.value);

test('each folder of adapters is a registered adapter with a guard for its configuration', () => {
  const folders = readdirSync(join(projectRoot, 'adapters'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const kinds = connectionKinds.map(({ createGuard }) => createGuard([]).shape.kind.value);
  expect(folders.toSorted()).toEqual(kinds.toSorted());
});

for (const name of adapterNames) {
  if (name === 'ldap' && !hasSlapd) continue;
  const { hooks, notices, triggers, setUp } = adapters[name];
  runAdapterContract(name, hooks, setUp, notices, triggers);
}
