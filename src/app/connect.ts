import type { ConnectionConfig } from '../config/connection.js';
import type { Adapter } from '../connections/adapter.js';
import type { Hooks, ServedHooks } from '../connections/hook.js';
import { createHookCore, type HookCore } from '../connections/hook-core.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import type { Directory } from '../core/ports.js';
import type { ObservePort } from '../telemetry/observed-port.js';
import { shadowHooks } from './shadow-hooks.js';

export interface Connected {
  readonly connection: Connection;
  readonly hooks: ServedHooks;
  readonly openDirectory: () => Promise<Directory>;
}

/** Creates the connection and its hooks, in the mode of its policy. */
export function connect(
  { id, kind, policy }: Pick<ConnectionConfig, 'id' | 'kind' | 'policy'>,
  adapter: Adapter,
  core: CoreDeps,
  observePort: ObservePort,
): Connected {
  const { openStepUpRequest } = adapter;
  const profile = observePort('profile', adapter.profile);
  const connection: Connection = { id, kind, policy, profile, openStepUpRequest };
  const hooks = serveHooks(adapter.hooks, createHookCore(connection, core));
  return {
    connection,
    hooks: policy.mode === 'enforce' ? hooks : shadowHooks(hooks, connection, core),
    openDirectory: createOpenDirectory(adapter),
  };
}

/** Opens the directory only when needed, because it loads the adapter's provisioning module. */
function createOpenDirectory(adapter: Adapter): () => Promise<Directory> {
  let opened: Promise<Directory> | null = null;
  const open = async (): Promise<Directory> => {
    const { listMembers, registration } = await adapter.createProvisioning();
    if (registration === null) return { listMembers, register: null };
    return {
      listMembers,
      async register({ subject, login }) {
        const registrant = { id: subject, login };
        if (!(await registration.isRegistered(registrant))) await registration.register(registrant);
      },
    };
  };
  return () => {
    opened ??= open();
    return opened;
  };
}

const serveHooks = (hooks: Hooks, core: HookCore): ServedHooks =>
  Object.fromEntries(
    Object.entries(hooks).map(([name, { serve, probe: _, ...terms }]) => [name, { ...terms, admit: serve(core) }]),
  );
