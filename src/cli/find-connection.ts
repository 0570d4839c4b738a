import type { ConfiguredConnection, Setup } from '../../adapters/setup.js';
import { UsageError } from './usage-error.js';

/**
 * Finds a connection.
 * @throws UsageError: unknown
 */
export function findConnection({ connections }: Setup, id: string): ConfiguredConnection {
  const found = connections.find((connection) => connection.id === id);
  if (found !== undefined) return found;
  const ids = connections.map((connection) => connection.id).join(', ');
  throw new UsageError(
    ids === ''
      ? `no connection "${id}": the configuration has none. FACESTEP_CONFIG names its file`
      : `no connection "${id}" in the configuration. It has: ${ids}`,
  );
}
