import { expect } from '@jest/globals';
import { connectionKinds } from '../../adapters/index.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { startOneLoginSimulator } from '../../simulators/onelogin/index.js';
import { connect } from '../../src/app/connect.js';
import { loadSetup, type Setup } from '../../src/connections/setup.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Connection } from '../../src/core/connection.js';
import type { Fetch, State } from '../../src/core/ports.js';
import { connectionAdditions, sections } from '../../src/extensions/index.js';
import { emptySetup } from '../fakes/upkeep.js';
import { eventually } from '../run/eventually.js';
import { endAfterwards } from '../run/for-file.js';
import { adminKey, startApiServer } from './api-server.js';

export type Mode = 'shadow' | 'enforce';

const oktaSecret = 'Bearer a-secret-of-the-tests-0123456789';

interface OktaSecrets {
  readonly current: string;
  readonly previous?: string;
}

/** Starts an Okta org and a OneLogin account until the test or file ends, with connections `okta` and `onelogin`. */
export async function startCompany() {
  const okta = await startOktaSimulator({});
  const onelogin = await startOneLoginSimulator();
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  const toConnections = (mode: Mode, { current, previous }: OktaSecrets = { current: oktaSecret }) => [
    {
      id: 'okta',
      kind: 'okta',
      policy: { mode },
      okta: {
        orgUrl: okta.url,
        auth: { kind: 'api_token', token: okta.apiToken },
        hooks: {
          secret: { header: 'authorization', value: current },
          ...(previous === undefined ? {} : { previousSecret: previous }),
        },
      },
    },
    {
      id: 'onelogin',
      kind: 'onelogin',
      policy: { mode },
      onelogin: onelogin.toSettings('a-secret-that-onelogin-signs-with-0123456789', facePolicyId),
    },
  ];
  endAfterwards(async () => {
    await Promise.all([okta.close(), onelogin.close()]);
  });
  return { okta, onelogin, toConnections };
}

type SimulatedCompany = Awaited<ReturnType<typeof startCompany>>;

export interface Company extends Omit<SimulatedCompany, 'toConnections'> {
  readonly toConnections: (
    mode: Mode,
    secrets?: OktaSecrets,
  ) => readonly { readonly id: string; readonly policy: { readonly mode: Mode } }[];
}

/** Starts a server whose configuration file the test can change. */
export async function startOperatedServer(
  company: Pick<Company, 'toConnections'> & { readonly fetch?: Fetch },
  {
    state,
    dataFolder,
    mode = 'shadow',
    given = {},
    settings = {},
    connected,
  }: {
    state?: State;
    dataFolder: string;
    mode?: Mode;
    given?: Partial<Parameters<typeof startApiServer>[0]>;
    /** Further settings of the configuration file. */
    settings?: object;
    /** Filled with the connections, which the server's endpoints then use. */
    connected?: Map<string, Connection>;
  },
) {
  let setup: Setup = emptySetup();
  let gate: Promise<void> = Promise.resolve();
  const hooks = new Map<string, ReturnType<typeof connect>['hooks']>();
  const server = await startApiServer({
    hooks,
    setup: () => setup,
    ...(connected === undefined ? {} : { connections: connected }),
    ...(state === undefined ? {} : { state: { ...state, close: async () => {} } }),
    ...given,
  });
  const read = async (said: Mode, secrets?: OktaSecrets): Promise<void> => {
    const config = {
      ...settings,
      dataFolder,
      publicUrl: server.origin,
      connections: company.toConnections(said, secrets),
    };
    const { clock, random, log } = server.deps;
    setup = await loadSetup(connectionKinds, {
      sections,
      additions: connectionAdditions,
      clock,
      random,
      log,
      env: { FACESTEP_CONFIG: 'of the test' },
      readFile: async () => JSON.stringify(config),
      onSecretUsed: server.deps.operations.secretUses.note,
      fetch: async (url, init) => {
        await gate;
        return (company.fetch ?? fetch)(url, init);
      },
    });
    for (const each of setup.connections) {
      const adapter = await each.createAdapter(server.origin);
      const opened = connect(each, adapter, { ...server.deps, publicFetch: server.deps.fetch }, (_, port) => port);
      hooks.set(each.id, opened.hooks);
      connected?.set(each.id, opened.connection);
    }
  };
  await read(mode);
  const owner = { 'x-admin-key': adminKey };
  const get = (path: string) => server.send('GET', path, { headers: owner });
  const post = (path: string, fields: JsonObject = {}) => server.postJson(path, fields, owner);
  return {
    server,
    setup: () => setup,
    post,
    get,
    read,
    /** Blocks calls to the provider until the returned function is called. */
    hold(): () => void {
      let open = (): void => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => open();
    },
    async ended(connection: string): Promise<JsonObject> {
      let run: unknown;
      await eventually(async () => {
        run = (await get(`/connections/${connection}/run`)).body.run;
        expect(run).toMatchObject({ endedAt: expect.any(String) });
      });
      return run as JsonObject;
    },
    actions: () => server.audit.events.map(({ action }) => action),
  };
}

export type OperatedServer = Awaited<ReturnType<typeof startOperatedServer>>;
