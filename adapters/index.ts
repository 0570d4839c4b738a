import type { z } from 'zod';
import { type Providers, toProvider } from '../src/connections/adapter.js';
import { createCognitoConnectionGuard } from './cognito/config.js';
import { cognitoGuide } from './cognito/guide.js';
import { createEntraConnectionGuard } from './entra/config.js';
import { entraGuide } from './entra/guide.js';
import { createLdapConnectionGuard } from './ldap/config.js';
import { ldapGuide } from './ldap/guide.js';
import { createMemoryConnectionGuard } from './memory/config.js';
import { createOktaConnectionGuard } from './okta/config.js';
import { oktaGuide } from './okta/guide.js';
import { createOneloginConnectionGuard } from './onelogin/config.js';
import { oneloginGuide } from './onelogin/guide.js';
import { createScimConnectionGuard } from './scim/config.js';
import { scimGuide } from './scim/guide.js';

export const providers = [
  toProvider(
    createCognitoConnectionGuard,
    cognitoGuide,
    async () => (await import('./cognito/index.js')).createCognitoAdapter,
  ),
  toProvider(createEntraConnectionGuard, entraGuide, async () => (await import('./entra/index.js')).createEntraAdapter),
  toProvider(createOktaConnectionGuard, oktaGuide, async () => (await import('./okta/index.js')).createOktaAdapter),
  toProvider(
    createOneloginConnectionGuard,
    oneloginGuide,
    async () => (await import('./onelogin/index.js')).createOneLoginAdapter,
  ),
  toProvider(createLdapConnectionGuard, ldapGuide, async () => (await import('./ldap/index.js')).createLdapAdapter),
  toProvider(createScimConnectionGuard, scimGuide, async () => (await import('./scim/index.js')).createScimAdapter),
] as const satisfies Providers;

/** Test people. Not a provider that the console connects. */
const testPeople = toProvider(
  createMemoryConnectionGuard,
  { name: 'Test people', preparation: [], fields: [], secrets: [], fixed: {} },
  async () => (await import('./memory/index.js')).createMemoryAdapter,
);

/** All kinds of connections that a configuration can have. */
export const connectionKinds = [...providers, testPeople] as const satisfies Providers;

export type AdapterName = z.output<ReturnType<(typeof providers)[number]['createGuard']>>['kind'];
