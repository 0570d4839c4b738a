import type { Texts as LedgerWords } from '../../../locales/compiled/console/ledger/texts.js';
import { useLoaded } from '../frame/acting.js';
import { Note } from '../parts/state.js';
import { listConnections, type Person, type Who } from './requests.js';

/** Warns, before an invitation is sent, what its link does to the face of an enrolled person. */
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
  if (status !== 'enrolled' || listed.state !== 'loaded') return null;
  const policy = listed.value.connections.find(({ id }) => id === who.connection)?.policy;
  return policy === undefined ? null : <Note tone="warn">{words[policy.replacedBy]}</Note>;
}
