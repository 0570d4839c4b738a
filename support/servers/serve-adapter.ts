import { connect } from '../../src/app/connect.js';
import type { ConnectionConfig } from '../../src/config/connection.js';
import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import type { Hook, ServedHooks } from '../../src/connections/hook.js';
import type { Connection } from '../../src/core/connection.js';
import type { CoreDeps, Ports } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import { createKeysInMemory } from '../fakes/keys.js';

export type ServedAdapter = Omit<Adapter, 'hooks'> & {
  readonly hooks: ServedHooks;
  readonly connection: Connection;
  readonly probes: Readonly<Record<string, Hook['probe']>>;
  readonly sees: Readonly<Record<string, Hook['sees']>>;
};

/** Creates an adapter and connects it to a core as the server does. */
export function serveAdapter<Settings extends ConnectionConfig>(
  createAdapter: (deps: AdapterDeps<Settings>) => Adapter,
  {
    settings,
    core,
    fetch,
  }: { readonly settings: Settings; readonly core: CoreDeps & Partial<Ports<'keys'>>; readonly fetch: Fetch },
): ServedAdapter {
  const { clock, random, log, issuer } = core;
  const adapter = createAdapter({ settings, publicUrl: issuer, clock, random, fetch, log });
  const probes = Object.fromEntries(Object.entries(adapter.hooks).map(([name, { probe }]) => [name, probe]));
  const sees = Object.fromEntries(Object.entries(adapter.hooks).map(([name, hook]) => [name, hook.sees]));
  const { connection, hooks } = connect(
    settings,
    adapter,
    { keys: createKeysInMemory(Buffer.alloc(32, 1)), ...core, fetch, publicFetch: fetch },
    (_, port) => port,
  );
  return { ...adapter, probes, sees, connection, hooks };
}
