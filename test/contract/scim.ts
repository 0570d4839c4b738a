import { createScimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { accountGuard, accountListGuard, toScimType } from '../../adapters/scim/schema.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import { policyGuard } from '../../src/config/connection.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import type { AdapterHarness } from './adapter.js';
import { type ConnectionChanges, createBenchCore, createEnds, createPassStepUp } from './bench.js';

export const schema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
export const name = 'token';

export type ScimBench = Awaited<ReturnType<typeof openScimBench>>;

/** Starts a SCIM server with the test's clock and the token's attribute. */
export async function openScimBench() {
  const core = await createBenchCore();
  const { clock } = core;
  const server = await startScimSimulator({ now: () => clock.now() });
  server.directory.extensions.set(schema, [defineAttribute(name)]);
  const configure = ({ claims = {}, scim = {}, policy = {} }: ConnectionChanges = {}) =>
    createScimConnectionGuard([]).parse({
      id: 'workforce',
      kind: 'scim',
      claims,
      policy: { mode: 'enforce', liveness: 'off', ...policy },
      scim: { baseUrl: server.baseUrl, auth: { kind: 'bearer', token: server.bearer }, ...scim },
    });
  const connect = (changes: ConnectionChanges = {}) =>
    serveAdapter((deps) => createScimAdapter(deps, async () => {}), {
      settings: configure(changes),
      core,
      fetch: changes.fetch ?? withoutTimeLimit(fetch),
    });
  const ends = createEnds(core, () => server.close());
  return {
    server,
    core,
    clock,
    configure,
    connect,
    adapter: connect(),
    readAttribute: (id: string): string | null =>
      server.directory.users.get(id)?.extensions.get(schema)?.get(name) ?? null,
    ends,
    ...ends,
  };
}

export async function setUpScim(): Promise<AdapterHarness> {
  const bench = await openScimBench();
  const { server, adapter, core } = bench;
  server.directory.throttleEvery = 4;
  const [one = '', other = ''] = ['ada@example.com', 'grace@example.com'].map((login) => server.addUser(login));
  return {
    adapter,
    subjects: { one, other, unknown: '2819c223-7f76-453a-919d-413861904646' },
    addUser: async (login) => server.addUser(login),
    callUser(subject, givenName, familyName) {
      server.directory.users.get(subject)!.name = { givenName, familyName };
    },
    readAttribute: bench.readAttribute,
    hasOpaqueIds: true,
    connectWithPolicy: (policy) => bench.connect({ policy }),
    connectThrough: (wrap) => bench.connect({ fetch: wrap(fetch) }),
    passStepUp: (subject) => createPassStepUp('workforce', policyGuard.parse({ mode: 'enforce' }), core)(subject),
    answers: {
      'user-': (body) => parseAnswer(accountGuard, body),
      'list-': (body) => parseAnswer(accountListGuard, body),
      'error-': toScimType,
    },
    hooks: {},
    ...bench.ends,
  };
}
