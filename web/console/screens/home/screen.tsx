import { loadTexts } from '../../../../locales/compiled/console/home/load.js';
import type { Texts as LedgerWords } from '../../../../locales/compiled/console/ledger/texts.js';
import type { LineCountsReply } from '../../../../src/audit/ledger/replies.js';
import { useLoaded, useMay, usePages, useSessionActions } from '../../frame/acting.js';
import { screenFor, type ToDo, useOpenWork } from '../../frame/open-work.js';
import { addressOf, Link, navigate } from '../../frame/router.js';
import { defineTexts, textIn, useFormats, useWords } from '../../frame/words.js';
import { PersonLink, useNames } from '../../ledger/names.js';
import { countLines, keyOf, listLocked } from '../../ledger/requests.js';
import { reasonText, withLedger } from '../../ledger/told.js';
import { BarChart, CountBars } from '../../parts/chart.js';
import { ActForm, Field } from '../../parts/form.js';
import { Figure } from '../../parts/server-text.js';
import { Await, Empty, Light, Progress, Section } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { findScreen, maySee, screens } from '../../screens.js';

const { defineScreen, useTexts } = defineTexts(withLedger(loadTexts));

type Counts = LineCountsReply['connections'][number];

function Connections() {
  const { figures } = useTexts();
  const mayConnect = useMay('configure');
  const loaded = useLoaded(countLines);
  return (
    <Await loaded={loaded}>
      {({ connections }) =>
        connections.length === 0 ? (
          <Empty>
            {figures.none} {mayConnect && <Link to="/connections/_new">{figures.connect}</Link>}
          </Empty>
        ) : (
          connections.map((counts) => <Connection key={counts.connection} counts={counts} />)
        )
      }
    </Await>
  );
}

function Connection({ counts }: { readonly counts: Counts }) {
  const { figures, ledger } = useTexts();
  const { connection, enrolled, users, lockedOut, days, refusals, medianSeconds } = counts;
  const { number, percent, seconds } = useFormats();
  const { session } = useSessionActions();
  const mayList = useMay('audit');
  const mayLog = useMay('audit');
  const mayCheck = useMay('operate');
  const people = `/people?connection=${encodeURIComponent(connection)}`;
  const row = findScreen('/connections');
  const passed = days.reduce((sum, day) => sum + day.passed, 0);
  const refused = days.reduce((sum, day) => sum + day.refused, 0);
  const enrolledText =
    users === null
      ? figures.enrolledOnly({ enrolled: number(enrolled) })
      : figures.enrolledOf({ enrolled: number(enrolled), users: number(users) });
  return (
    <section className="connection">
      <h2>
        <Link to={`/connections/${encodeURIComponent(connection)}`} isAllowed={row !== null && maySee(row, session)}>
          <bdi>{connection}</bdi>
        </Link>{' '}
        <Health connection={connection} />
      </h2>
      {users === null ? (
        <>
          <p>
            <Link to={people} isAllowed={mayList}>
              {enrolledText}
            </Link>
          </p>
          <p className="fine soft">{mayCheck ? figures.untold : figures.untoldHere}</p>
        </>
      ) : (
        <Progress
          label={`${figures.enrolled}: ${connection}`}
          text={users === 0 ? enrolledText : `${enrolledText} (${percent(Math.min(1, enrolled / users))})`}
          value={Math.min(enrolled, users)}
          most={users}
        />
      )}
      <dl className="figures">
        <Figure name={figures.success}>{passed + refused === 0 ? '–' : percent(passed / (passed + refused))}</Figure>
        <Figure name={figures.median}>{medianSeconds === null ? '–' : seconds(medianSeconds)}</Figure>
        <Figure name={figures.checks}>{number(passed + refused)}</Figure>
        <Figure name={figures.lockedOut}>
          <Link to={`${people}&status=locked`} isAllowed={mayList}>
            {number(lockedOut)}
          </Link>
        </Figure>
      </dl>
      <div className="side-by-side">
        <BarChart
          title={`${connection}: ${figures.chart}`}
          bars={days.toReversed().map(({ day, passed: good, refused: bad }) => ({
            day,
            value: good + bad,
            failed: bad,
          }))}
          headings={{ value: figures.checks, rest: ledger.outcomes.passed, failed: ledger.outcomes.refused }}
        />
        <div>
          <h3>{figures.refusals}</h3>
          {refusals.length === 0 ? (
            <Empty>
              {figures.noRefusals} {mayLog && figures.signInsInLog}
            </Empty>
          ) : (
            <CountBars counts={toReasons(refusals, ledger)} />
          )}
          {mayLog && (
            <p>
              <Link to={`/log?connection=${encodeURIComponent(connection)}&outcome=refused`}>{figures.toLog}</Link>
            </p>
          )}
        </div>
      </div>
    </section>
  );
}

const mostReasons = 6;

/** Counts refusals by reason. Error codes with the same text are counted together. */
function toReasons(refusals: Counts['refusals'], ledger: LedgerWords) {
  const counts = new Map<string, number>();
  for (const [at, { code, count }] of refusals.entries()) {
    const name = at < mostReasons ? reasonText(code, ledger) : ledger.otherCode;
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return [...counts].map(([name, count]) => ({ name, count }));
}

function Health({ connection }: { readonly connection: string }) {
  const { doctor } = useTexts();
  const loaded = useOpenWork();
  const { instant } = useFormats();
  if (loaded?.state !== 'loaded') return null;
  const found = loaded.value.lights.find((each) => each.connection === connection);
  if (found === undefined) return null;
  const { light, examinedAt } = found;
  return (
    <span className="fine" title={examinedAt === null ? undefined : instant(examinedAt)}>
      <Light light={light ?? 'none'}>{doctor.lights[light ?? 'none']}</Light>
    </span>
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
            {' '}
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
          <Connections />
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
          {
            id: 'person',
            isRowHeading: true,
            cell: (row) => <PersonLink who={row} name={names.get(keyOf(row))} />,
          },
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
  const { number } = useFormats();
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
    </span>
  );
}
