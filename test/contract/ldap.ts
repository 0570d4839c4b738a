import { createLdapConnectionGuard } from '../../adapters/ldap/config.js';
import { createLdapAdapter } from '../../adapters/ldap/index.js';
import { policyGuard } from '../../src/config/connection.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { names, type SlapdOptions, startSlapd } from '../../support/servers/slapd.js';
import type { AdapterHarness } from './adapter.js';
import { type ConnectionChanges, createBenchCore, createEnds, createPassStepUp } from './bench.js';

export type LdapBench = Awaited<ReturnType<typeof openLdapBench>>;

/** Starts an OpenLDAP server with the definitions and rights that the documentation recommends. */
export async function openLdapBench(options?: SlapdOptions) {
  const server = await startSlapd(options);
  const readAttribute = async (id: string) => server.read(await server.findDn(id), names.attribute);
  return { server, readAttribute, ...(await connectDirectory(server)) };
}

/** Creates what connects to a directory. */
export async function connectDirectory(server: { readonly settings: object; close(): Promise<void> }) {
  const core = await createBenchCore();
  const configure = ({ claims = {}, ldap = {}, policy = {} }: ConnectionChanges = {}) =>
    createLdapConnectionGuard([]).parse({
      id: 'workforce',
      kind: 'ldap',
      claims,
      policy: { mode: 'enforce', liveness: 'off', ...policy },
      ldap: { ...server.settings, ...ldap },
    });
  const connect = (changes: ConnectionChanges = {}) =>
    serveAdapter((deps) => createLdapAdapter(deps, async () => {}), { settings: configure(changes), core, fetch });
  const ends = createEnds(core, () => server.close());
  return {
    core,
    configure,
    connect,
    adapter: connect(),
    ends,
    ...ends,
  };
}

export async function setUpLdap(): Promise<AdapterHarness> {
  const bench = await openLdapBench();
  const { server, adapter, core } = bench;
  const one = await server.addUser('ada@example.com');
  const other = await server.addUser('grace@example.com');
  return {
    adapter,
    subjects: { one, other, unknown: '2819c223-7f76-453a-919d-413861904646' },
    addUser: (login) => server.addUser(login),
    callUser: async (subject, givenName, sn) => server.change(await server.findDn(subject), { givenName, sn }),
    readAttribute: bench.readAttribute,
    connectWithPolicy: (policy) => bench.connect({ policy }),
    passStepUp: (subject) => createPassStepUp('workforce', policyGuard.parse({ mode: 'enforce' }), core)(subject),
    hooks: {},
    ...bench.ends,
  };
}
