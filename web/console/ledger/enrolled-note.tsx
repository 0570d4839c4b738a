import type { Texts as LedgerWords } from '../../../locales/compiled/console/ledger/texts.js';
import { useLoaded } from '../frame/acting.js';
import { Note } from '../parts/state.js';
import { listConnections, type Person, type Who } from './requests.js';

/** Warns, before an invitation is sent, what its link does for an enrolled person or a test person. */
export function EnrolledNote({
  who,
  status,
  words: { enrolledNote: words },
}: {
  readonly who: Who;
  readonly status: Person['status'] | undefined;
  readonly words: LedgerWords;
}) {
  const listed = useLoaded(listConnections);
  const connection =
    listed.state === 'loaded' ? listed.value.connections.find(({ id }) => id === who.connection) : undefined;
  if (connection?.kind === 'memory') return <Note tone="warn">{words.test}</Note>;
  if (status !== 'enrolled' || connection === undefined) return null;
  return <Note tone="warn">{words[connection.policy.replacedBy]}</Note>;
}
