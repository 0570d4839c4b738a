import { type ConnectionsReply, connectionsReply } from '../connections/replies.js';
import type { ConfiguredConnection, Setup } from '../connections/setup.js';
import { callServer } from './call-server.js';
import { UsageError } from './command-error.js';
import type { CallDeps } from './find-server.js';

/**
 * Finds a connection.
 * @param id - may be missing if there is only one
 * @throws UsageError if unknown
 */
export function findConnection({ connections }: Setup, id: string | undefined): ConfiguredConnection {
  return chooseConnection(connections, id, (ids) => [
    ids === '' ? ': the configuration has none' : ` in the configuration. It has: ${ids}`,
    ids === '' ? noConnection : null,
  ]);
}

/** Finds a connection of the running server. @throws as `callServer`; UsageError if unknown */
export async function findServerConnection(
  id: string | undefined,
  deps: CallDeps,
): Promise<ConnectionsReply['connections'][number]> {
  const { connections } = await callServer('GET /connections', connectionsReply, deps);
  return chooseConnection(connections, id, (ids) => [
    ` at this server${ids === '' ? '' : `. It has: ${ids}`}`,
    'Add it to the configuration of the server, then run “facestep reload”.',
  ]);
}

const noConnection =
  'Run the command in the folder of the server, with its FACESTEP_CONFIG (the configuration file) and FACESTEP_DATA (the data folder).';

/** Splits the arguments of a command that takes an optional connection before another argument. */
export const splitArguments = (first: string, second: string | undefined): readonly [string | undefined, string] =>
  second === undefined ? [undefined, first] : [first, second];

function chooseConnection<Each extends { readonly id: string }>(
  connections: readonly Each[],
  id: string | undefined,
  describeUnknown: (ids: string) => readonly [found: string, remedy: string | null],
): Each {
  const ids = connections.map((connection) => connection.id).join(', ');
  const [only] = connections;
  if (id !== undefined) {
    const chosen = connections.find((connection) => connection.id === id);
    if (chosen !== undefined) return chosen;
    const [found, remedy] = describeUnknown(ids);
    throw new UsageError(`no connection "${id}"${found}`, remedy);
  }
  if (only === undefined) throw new UsageError('there is no connection in the configuration', noConnection);
  if (connections.length === 1) return only;
  throw new UsageError('there are several connections', `Name one of: ${ids}.`);
}
