import { useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { countLines } from '../../ledger/requests.js';
import { Table } from '../../parts/table.js';
import { findScreen, maySee } from '../../screens.js';
import { Health } from './doctor.js';
import { ModeLight } from './mode-at-provider.js';
import { addressOfTab, type Connection, type ConnectionReport, readMode, useTexts } from './requests.js';

const ConnectionMode = ({ id }: { readonly id: string }) => <ModeLight loaded={useLoaded(readMode(id))} />;

/** Lists connections with the active mode, health, enrolled users, and the face checks of the last seven days. */
export function ConnectionsTable({
  rows,
  lights,
}: {
  readonly rows: readonly Connection[];
  readonly lights: readonly Pick<ConnectionReport, 'connection' | 'light' | 'examinedAt'>[];
}) {
  const words = useTexts();
  const { number } = useFormats();
  const { session } = useSessionActions();
  const mayRead = useMay('audit');
  const screen = findScreen('/connections');
  const counted = useLoaded(countLines);
  const countsOf = ({ id }: Connection) => counted.value?.connections.find(({ connection }) => connection === id);
  const sumOf = (row: Connection, outcomes: readonly ('passed' | 'refused')[]): number | undefined =>
    countsOf(row)?.days.reduce((sum, day) => sum + outcomes.reduce((all, each) => all + day[each], 0), 0);
  const numberOr = (value: number | undefined): string => (value === undefined ? '–' : number(value));
  return (
    <Table
      caption={words.heading}
      rows={rows}
      keyOf={({ id }) => id}
      empty={words.none}
      headings={words.columns}
      columns={[
        {
          id: 'id',
          isRowHeading: true,
          cell: ({ id }) => (
            <Link to={addressOfTab(id)} isAllowed={screen !== null && maySee(screen, session)}>
              <bdi>{id}</bdi>
            </Link>
          ),
        },
        { id: 'kind', cell: ({ kind }) => <bdi>{kind}</bdi> },
        {
          id: 'mode',
          cell: ({ id }) => (
            <Link to={addressOfTab(id, 'rollout')} isAllowed={mayRead}>
              <ConnectionMode id={id} />
            </Link>
          ),
        },
        { id: 'light', cell: ({ id }) => <Health report={lights.find(({ connection }) => connection === id)} /> },
        {
          id: 'enrolled',
          isNumber: true,
          cell(row) {
            const { enrolled, users = null } = countsOf(row) ?? {};
            const all = users === null ? null : number(users);
            return (
              <Link
                to={`/people?connection=${encodeURIComponent(row.id)}`}
                isAllowed={mayRead && typeof enrolled === 'number'}
              >
                {all === null ? numberOr(enrolled) : words.ofAll({ enrolled: numberOr(enrolled), all })}
              </Link>
            );
          },
        },
        { id: 'checks', isNumber: true, cell: (row) => numberOr(sumOf(row, ['passed', 'refused'])) },
        { id: 'refused', isNumber: true, cell: (row) => numberOr(sumOf(row, ['refused'])) },
      ]}
    />
  );
}
