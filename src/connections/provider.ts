import type { z } from 'zod';
import type { ConnectionConfig, ConnectionGuard, ConnectionGuards } from '../config/connection.js';
import type { Adapter } from './adapter.js';
import type { AdapterDeps } from './deps.js';

interface ProviderRow<Guard extends ConnectionGuard> {
  readonly guard: Guard;
  /** Loads the adapter factory on first use: a provider's SDK costs seconds and memory. */
  load(): Promise<(deps: AdapterDeps<z.output<Guard>>) => Adapter>;
}

export interface Provider<Guard extends ConnectionGuard = ConnectionGuard> {
  readonly guard: Guard;
  createAdapter(settings: ConnectionConfig, deps: Omit<AdapterDeps<unknown>, 'settings'>): Promise<Adapter> | null;
}

export type Providers = readonly [Provider, ...Provider[]];

/** Returns the guards of the providers' entries in `connections`. */
export const guardsOf = ([first, ...others]: Providers): ConnectionGuards => [
  first.guard,
  ...others.map(({ guard }) => guard),
];

/** Converts a row to a provider. Does not compile if guard and factory disagree on the settings. */
export function toProvider<const Guard extends ConnectionGuard>({ guard, load }: ProviderRow<Guard>): Provider<Guard> {
  // Entries are parsed by the guard of their kind.
  const isOwn = (settings: ConnectionConfig): settings is z.output<Guard> => settings.kind === guard.shape.kind.value;
  return {
    guard,
    createAdapter: (settings, deps) =>
      isOwn(settings) ? load().then((createAdapter) => createAdapter({ ...deps, settings })) : null,
  };
}
