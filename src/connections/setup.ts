import type { z } from 'zod';
import type { ConnectionAdditions, ConnectionSections } from '../config/additions.js';
import type { ConnectionConfig, ConnectionGuards } from '../config/connection.js';
import { type LoadDeps, loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { Policy } from '../core/connection.js';
import { switchPolicy } from '../core/rules/rule.js';
import { FaceError } from '../errors.js';
import { type Adapter, type AdapterDeps, guardsOf, type Providers } from './adapter.js';
import type { Check } from './provisioning.js';

export interface ConfiguredConnection extends ConnectionConfig {
  /** Has the sections of extensions. */
  readonly sections: Partial<ConnectionSections>;
  /** Checks of extensions, for the doctor. */
  readonly checks: readonly Check[];
  createAdapter(publicUrl: string): Promise<Adapter>;
  inMode(mode: Policy['mode']): ConfiguredConnection;
}

/** @typeParam Added - sections of extensions */
export interface Setup<Added = unknown> {
  readonly config: Config<ConnectionGuards> & Added;
  readonly connections: readonly ConfiguredConnection[];
}

type ConnectionDeps = Omit<AdapterDeps<unknown>, 'settings' | 'publicUrl' | 'readsGroups'> & {
  readonly additions: ConnectionAdditions;
  readonly checksOf?: ((connection: ConnectionConfig) => readonly Check[]) | undefined;
};

export async function loadSetup<const Sections extends z.ZodRawShape>(
  providers: Providers,
  {
    env,
    readFile,
    openSecret,
    sections,
    checkSections,
    createChecks,
    ...deps
  }: Omit<LoadDeps<ConnectionGuards, Sections>, 'connectionGuards'> &
    Omit<ConnectionDeps, 'checksOf'> & {
      /** Creates the checks of extensions for a connection. */
      readonly createChecks?:
        | ((config: z.output<z.ZodObject<Sections>>, connection: ConnectionConfig) => readonly Check[])
        | undefined;
    },
): Promise<Setup<z.output<z.ZodObject<Sections>>>> {
  const connectionGuards = guardsOf(providers, deps.additions);
  const config = await loadConfig({ env, readFile, openSecret, connectionGuards, sections, checkSections });
  const checksOf = (connection: ConnectionConfig): readonly Check[] => createChecks?.(config, connection) ?? [];
  return { config, connections: configureConnections(config.connections, providers, { ...deps, checksOf }) };
}

export const configureConnections = (
  entries: readonly ConnectionConfig[],
  providers: Providers,
  deps: ConnectionDeps,
): ConfiguredConnection[] => entries.map((settings) => configureConnection(settings, providers, deps));

const configureConnection = (
  settings: ConnectionConfig,
  providers: Providers,
  deps: ConnectionDeps,
): ConfiguredConnection => ({
  id: settings.id,
  kind: settings.kind,
  policy: settings.policy,
  me: settings.me,
  recovery: settings.recovery,
  sections: settings,
  checks: deps.checksOf?.(settings) ?? [],
  oidc: settings.oidc,
  async createAdapter(publicUrl) {
    const readsGroups =
      settings.policy.rules.some(({ when }) => when.groups !== undefined) ||
      deps.additions.some((each) => each.readsGroups?.(settings));
    for (const provider of providers) {
      const adapter = provider.createAdapter(settings, { ...deps, publicUrl, readsGroups });
      if (adapter !== null) return adapter;
    }
    throw new FaceError('internal', { kind: settings.kind });
  },
  inMode: (mode) => configureConnection({ ...settings, policy: switchPolicy(settings.policy, mode) }, providers, deps),
});
