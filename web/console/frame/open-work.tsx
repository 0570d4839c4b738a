import { createContext, type ReactNode, useContext } from 'react';
import type { ToDoReply } from '../../../src/admin/replies/doctor.js';
import type { ScreenRow } from '../screens.js';
import { type Loaded, useLoaded, useMay } from './acting.js';
import { get } from './call.js';
import { useFormats, useWords } from './words.js';

export type ToDo = ToDoReply['items'][number];

/** Open tasks by urgency, and each connection's last doctor result. */
const readToDo = get<ToDoReply>('/v1/to-do');

const everyMs = 60_000;

type OpenWorkLoaded = Loaded<ToDoReply> & { readonly reload: () => void };

const OpenWorkContext = createContext<OpenWorkLoaded | null>(null);

export const useOpenWork = (): OpenWorkLoaded | null => useContext(OpenWorkContext);

export const OpenWork = ({ children }: { readonly children: ReactNode }) =>
  useMay('view') ? <Loading>{children}</Loading> : children;

function Loading({ children }: { readonly children: ReactNode }) {
  const loaded = useLoaded(readToDo, () => everyMs);
  return <OpenWorkContext value={loaded}>{children}</OpenWorkContext>;
}

const screenOf = {
  connection: 'connections',
  doctor: 'connections',
  keys: 'operations',
  backup: 'operations',
  audit: 'operations',
  help_desk: 'helpDesk',
  approvals: 'helpDesk',
  requests: 'requests',
  administrators: 'administrators',
  applications: 'applications',
} as const satisfies Record<ToDo['where'], ScreenRow['id']>;

export const screenFor = ({ where }: ToDo): ScreenRow['id'] => screenOf[where];

/** Counts the open tasks of some screens. */
export function Badge({ screens }: { readonly screens: readonly ScreenRow[] }) {
  const { openItems } = useWords();
  const { number } = useFormats();
  const loaded = useOpenWork();
  if (loaded?.state !== 'loaded') return null;
  const items = loaded.value.items.filter((item) => screens.some(({ id }) => id === screenFor(item)));
  const count = items.reduce((sum, item) => sum + item.count, 0);
  if (count === 0) return null;
  const isUrgent = items.some(({ urgency }) => urgency === 'now');
  return (
    <span className={isUrgent ? 'badge bad' : 'badge'} title={openItems({ count: number(count) })}>
      <span aria-hidden>{number(count)}</span>
      <span className="unseen">{openItems({ count: number(count) })}</span>
    </span>
  );
}
