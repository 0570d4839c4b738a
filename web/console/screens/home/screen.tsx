import { loadTexts as loadConnectionsTexts } from '../../../../locales/compiled/console/connections/load.js';
import { loadTexts } from '../../../../locales/compiled/console/home/load.js';
import { useLoaded, useMay, usePages, useSessionActions } from '../../frame/acting.js';
import { screenFor, type ToDo, useOpenWork } from '../../frame/open-work.js';
import { addressOf, Link, navigate } from '../../frame/router.js';
import { defineTexts, textIn, useFormats, useWords } from '../../frame/words.js';
import { PersonLink, useNames } from '../../ledger/names.js';
import { keyOf, listConnections, listLocked } from '../../ledger/requests.js';
import { ActForm, Field } from '../../parts/form.js';
import { ServerText } from '../../parts/server-text.js';
import { Await, Section } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { maySee, screens } from '../../screens.js';
import * as connectionTexts from '../connections/requests.js';
import { ConnectionsTable } from '../connections/table.js';

const { defineScreen, useTexts } = defineTexts(async (language) => ({
  ...(await loadTexts(language)),
  connections: await loadConnectionsTexts(language),
}));

/** Lists the connections, except those of test people. */
function Connections() {
  const words = connectionTexts.useTexts();
  const mayConnect = useMay('configure');
  const listed = useLoaded(listConnections);
  const lights = useOpenWork()?.value?.lights ?? [];
  return (
    <Section heading={words.heading}>
      <Await loaded={listed}>
        {({ connections }) => (
          <>
            <ConnectionsTable rows={connections.filter(({ kind }) => kind !== 'memory')} lights={lights} />
            {mayConnect && connections.length === 0 && (
              <Link to={`/connections/${connectionTexts.connectPlace}`}>{words.connect.heading}</Link>
            )}
          </>
        )}
      </Await>
    </Section>
  );
}

export const screen = defineScreen(function Home() {
  const words = useTexts();
  const frame = useWords();
  const mayView = useMay('view');
  const mayAssist = useMay('assist');
  const { session } = useSessionActions();
  return (
    <>
      <h1>{words.heading}</h1>
      {mayView ? (
        <>
          <div className="find">
            <ActForm submit={words.find.submit} onSubmit={async (fields) => navigate(addressOf('/people', fields))}>
              <Field
                name="find"
                type="search"
                label={words.find.label}
                hint={words.find.hint}
                isRequired
                maxLength={256}
              />
            </ActForm>
          </div>
          <ToDoList />
          {mayAssist && <LockedOut />}
          <connectionTexts.TextsContext value={words.connections}>
            <Connections />
          </connectionTexts.TextsContext>
        </>
      ) : (
        <ul className="cards">
          {screens
            .filter((row) => row.path !== '' && maySee(row, session))
            .map(({ id, path }) => (
              <li key={id}>
                <h2>
                  <Link to={path}>{frame.screens[id]}</Link>
                </h2>
                {id === 'mine' && <p>{words.mine}</p>}
              </li>
            ))}
        </ul>
      )}
    </>
  );
});

/** Lists the people whom the help desk can unlock. */
function LockedOut() {
  const { lockedOut } = useTexts();
  const { instant } = useFormats();
  const paged = usePages(listLocked, ({ people }) => people);
  const names = useNames(paged.rows);
  if (paged.state === 'loaded' && paged.rows.length === 0) return null;
  return (
    <Section heading={lockedOut.heading}>
      <PagedTable
        paged={paged}
        caption={lockedOut.heading}
        keyOf={keyOf}
        empty={lockedOut.none}
        headings={lockedOut.columns}
        columns={[
          { id: 'person', isRowHeading: true, cell: (row) => <PersonLink who={row} names={names} /> },
          { id: 'connection', cell: ({ connection }) => <bdi>{connection}</bdi> },
          { id: 'until', cell: ({ lockedUntil }) => (lockedUntil === null ? '–' : instant(lockedUntil)) },
        ]}
      />
    </Section>
  );
}

/** Lists only tasks whose screen the administrator may see. */
function ToDoList() {
  const { toDo } = useTexts();
  const { session } = useSessionActions();
  const loaded = useOpenWork();
  if (loaded === null) return null;
  return (
    <Section heading={toDo.heading}>
      <Await loaded={loaded}>
        {({ items: all }) => {
          const items = all.filter((item) => screens.some((row) => row.id === screenFor(item) && maySee(row, session)));
          return (
            <>
              {items.length === 0 && <p className="note good">{toDo.nothing}</p>}
              <ul className="to-do">
                {items.map((item) => (
                  <li
                    key={`${item.code} ${item.connection} ${item.words}`}
                    className={item.urgency === 'now' ? 'note bad' : 'note warn'}
                  >
                    <strong>{toDo.urgency[item.urgency]}</strong> <Task item={item} />
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Await>
    </Section>
  );
}

function Task({ item }: { readonly item: ToDo }) {
  const screen = screens.find(({ id }) => id === screenFor(item));
  const part =
    item.connection !== null
      ? `/${encodeURIComponent(item.connection)}`
      : isRecovery(item)
        ? '/recoveries'
        : { help_desk: '/requests', approvals: '/bypass-codes' }[String(item.where)];
  return (
    <Link to={`${screen?.path ?? ''}${part ?? ''}`}>
      <TaskText item={item} />
    </Link>
  );
}

const isRecovery = ({ code, where }: ToDo): boolean => code === 'approvals_waiting' && where === 'help_desk';

/** Shows an unknown task of a newer server in the server's words. */
function TaskText({ item }: { readonly item: ToDo }) {
  const { toDo } = useTexts();
  const { ago, number } = useFormats();
  const entry: string | ((v: { readonly count: string }) => string) = isRecovery(item)
    ? toDo.recoveriesWaiting
    : (textIn(toDo.codes, item.code) ?? item.words);
  const about = item.connection ?? item.about;
  return (
    <span>
      {about !== null && (
        <>
          <bdi>{about}</bdi>:{' '}
        </>
      )}
      {typeof entry === 'string' ? entry : entry({ count: number(item.count) })}
      {item.since !== null && (
        <>
          {' '}
          <ServerText>{item.about ?? ''}</ServerText>{' '}
          <span className="soft">({toDo.found({ when: ago(item.since) })})</span>
        </>
      )}
    </span>
  );
}
