import type { z } from 'zod';
import type { ConnectionConfig, ConnectionGuard, ConnectionGuards } from '../config/connection.js';
import type { Adapter } from './adapter.js';
import type { AdapterDeps } from './deps.js';

interface ProviderRow<Guard extends ConnectionGuard> {
  readonly guard: Guard;
  /** Loads the adapter on first use, because a provider's SDK costs seconds and memory. */
  load(): Promise<(deps: AdapterDeps<z.output<Guard>>) => Adapter>;
}

export interface Provider<Guard extends ConnectionGuard = ConnectionGuard> {
  readonly guard: Guard;
  createAdapter(settings: ConnectionConfig, deps: Omit<AdapterDeps<unknown>, 'settings'>): Promise<Adapter> | null;
}

export type Providers = readonly [Provider, ...Provider[]];

export const guardsOf = ([first, ...others]: Providers): ConnectionGuards => [
  first.guard,
  ...others.map(({ guard }) => guard),
];

/**
 * Converts a row of the table of providers. The compiler rejects a row whose guard and factory have different settings.
 */
export function toProvider<const Guard extends ConnectionGuard>({ guard, load }: ProviderRow<Guard>): Provider<Guard> {
  // The guard of the connection's kind has already parsed the entry.
  const isOwn = (settings: ConnectionConfig): settings is z.output<Guard> => settings.kind === guard.shape.kind.value;
  return {
    guard,
    createAdapter: (settings, deps) =>
      isOwn(settings) ? load().then((createAdapter) => createAdapter({ ...deps, settings })) : null,
  };
}
