import type { Paged } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { PersonLink, useNames } from '../../ledger/names.js';
import { keyOf, type Line, type Who } from '../../ledger/requests.js';
import { actionText, Outcome, Reason } from '../../ledger/told.js';
import { PagedTable } from '../../parts/table.js';
import type { LogWords } from './messages/log-words.js';

const whoOf = ({ connection, subject }: Line): Who | null => (subject === null ? null : { connection, subject });

/** Log lines with user names. */
export function Lines({ paged, words }: { readonly paged: Paged<Line>; readonly words: LogWords }) {
  const { columns, ledger } = words;
  const { instant } = useFormats();
  const names = useNames(paged.rows.flatMap((line) => whoOf(line) ?? []));
  return (
    <PagedTable
      caption={words.heading}
      paged={paged}
      keyOf={({ id }) => id}
      empty={words.empty}
      columns={[
        { id: 'time', heading: columns.time, isRowHeading: true, isInstant: true, cell: ({ time }) => instant(time) },
        {
          id: 'person',
          heading: columns.person,
          cell: (line) => {
            const who = whoOf(line);
            return (
              <span>
                {who === null ? '–' : <PersonLink who={who} name={names.get(keyOf(who))} />}
                <bdi className="line fine soft">{line.connection}</bdi>
              </span>
            );
          },
        },
        {
          id: 'application',
          heading: columns.application,
          cell: ({ application, hook }) => <bdi>{application ?? (hook === null ? '–' : ledger.hook(hook))}</bdi>,
        },
        {
          id: 'what',
          heading: columns.what,
          cell: (line) => actionText(line, ledger),
        },
        { id: 'outcome', heading: columns.outcome, cell: (line) => <Outcome line={line} words={ledger} /> },
        { id: 'why', heading: columns.why, cell: (line) => <Reason line={line} words={ledger} /> },
        {
          id: 'network',
          heading: columns.network,
          cell: ({ network }) => (network === null ? '–' : <code>{network}</code>),
        },
        {
          id: 'request',
          heading: columns.request,
          cell: ({ requestId }) => (requestId === null ? '–' : <code>{requestId}</code>),
        },
      ]}
    />
  );
}
