import type { z } from 'zod';
import type { ConnectionConfig, ConnectionGuard, ConnectionGuards } from '../src/config/connection.js';
import type { Adapter } from './adapter.js';
import type { AdapterDeps } from './deps.js';

/** What a provider's folder is known by. */
interface ProviderRow<Guard extends ConnectionGuard> {
  /** What the provider takes as one entry of `connections` in the configuration. */
  readonly guard: Guard;
  /** Loads what makes its adapters, when the first is asked for: a provider's SDK costs seconds and memory. */
  load(): Promise<(deps: AdapterDeps<z.output<Guard>>) => Adapter>;
}

/** One provider that connections can be of. */
export interface Provider<Guard extends ConnectionGuard = ConnectionGuard> {
  readonly guard: Guard;
  /** Makes the adapter of a connection; `null` where that is of another provider. */
  createAdapter(settings: ConnectionConfig, deps: Omit<AdapterDeps<unknown>, 'settings'>): Promise<Adapter> | null;
}

/** All providers there are. */
export type Providers = readonly [Provider, ...Provider[]];

/** What each takes as one entry of `connections`. */
export const guardsOf = ([first, ...others]: Providers): ConnectionGuards => [
  first.guard,
  ...others.map(({ guard }) => guard),
];

/** The provider of a row. It does not compile where what is loaded takes other settings than the guard gives. */
export function toProvider<const Guard extends ConnectionGuard>({ guard, load }: ProviderRow<Guard>): Provider<Guard> {
  // An entry comes from the guard that takes its kind.
  const isOwn = (settings: ConnectionConfig): settings is z.output<Guard> => settings.kind === guard.shape.kind.value;
  return {
    guard,
    createAdapter: (settings, deps) =>
      isOwn(settings) ? load().then((createAdapter) => createAdapter({ ...deps, settings })) : null,
  };
}
