import type { Texts as LedgerWords } from '../../../locales/compiled/console/ledger/texts.js';
import { useLoaded } from '../frame/acting.js';
import { Note } from '../parts/state.js';
import { type Connection, listConnections, type Person, type Who } from './requests.js';

/** Loads the configured connection of a person; `undefined` if there is none. */
export function useConnectionOf(who: Who) {
  const listed = useLoaded(listConnections);
  const connection = listed.value?.connections.find(({ id }) => id === who.connection);
  return { isLoading: listed.state === 'loading', connection, isTest: connection?.kind === 'memory' };
}

/** Warns, before an invitation is sent, what its link does for an enrolled person or a test person. */
export function EnrolledNote({
  connection,
  status,
  words: { enrolledNote: words },
}: {
  readonly connection: Connection | undefined;
  readonly status: Person['status'] | undefined;
  readonly words: LedgerWords;
}) {
  if (connection?.kind === 'memory') return <Note tone="warn">{words.test}</Note>;
  if (status !== 'enrolled' || connection === undefined) return null;
  return <Note tone="warn">{words[connection.policy.replacedBy]}</Note>;
}
