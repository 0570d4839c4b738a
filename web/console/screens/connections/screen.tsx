import { useState } from 'react';
import type { ConnectionModeReply } from '../../../../src/connections/replies.js';
import { type Loaded, useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { countLines, listConnections } from '../../ledger/requests.js';
import { ActForm } from '../../parts/form.js';
import { Facts, Figure } from '../../parts/server-text.js';
import { Await, Landing, Section, Title } from '../../parts/state.js';
import { ModeInFile } from './configuration-file.js';
import { ConnectProvider } from './connect.js';
import { Doctor, type Examined, Health, UnderWay } from './doctor.js';
import { DraftEditor, WaitingDraft } from './draft.js';
import { AtProvider, ModeLight } from './mode-at-provider.js';
import {
  addressOfTab,
  type Connection,
  connectPlace,
  defineScreen,
  examine,
  readDoctor,
  readMode,
  startPlace,
  tabs,
  useTexts,
} from './requests.js';
import { Rollout } from './rollout.js';
import { Rules } from './rules.js';
import { SettingUp } from './setting-up.js';
import { StartServer } from './start.js';
import { ConnectionsTable } from './table.js';
import { WhatIsNext } from './what-is-next.js';

function OneConnection({ id, tab }: { readonly id: string; readonly tab: string | undefined }) {
  const words = useTexts();
  const listed = useLoaded(listConnections);
  return (
    <Await loaded={listed}>
      {({ connections }) => {
        const connection = connections.find((each) => each.id === id);
        return connection === undefined ? (
          <Title name={words.unknown} to="/connections" all={words.all} />
        ) : (
          <Tabs connection={connection} tab={tab} onSwitched={listed.reload} />
        );
      }}
    </Await>
  );
}

function Tabs({
  connection,
  tab: asked,
  onSwitched,
}: {
  readonly connection: Connection;
  readonly tab: string | undefined;
  readonly onSwitched: () => void;
}) {
  const words = useTexts();
  const { id } = connection;
  const { call } = useSessionActions();
  const mayChange = useMay('configure');
  const mayRead = useMay('audit');
  const found = useLoaded(readMode(id));
  const examined = useLoaded(readDoctor, ({ doctor }) => doctor.isUnderWay && 1000);
  // Test people have no provider.
  const maySetUp = mayChange && connection.kind !== 'memory';
  const rights = { overview: true, rollout: mayRead, settings: true, setup: maySetUp };
  const shown = tabs.filter((each) => rights[each]);
  // A connection that was never checked is probably not set up yet.
  const reports = examined.value?.doctor.connections ?? null;
  const isNew = reports !== null && !reports.some((each) => each.connection === id);
  const tab = shown.find((each) => each === asked) ?? (isNew && maySetUp ? 'setup' : 'overview');
  // An activated draft may have changed the secrets.
  const [applied, setApplied] = useState(0);
  const reload = (): void => {
    onSwitched();
    found.reload();
    // The checks depend on the mode. If another run is under way, its result is shown.
    call(examine(id))
      .catch(() => {})
      .finally(examined.reload);
  };
  const onApplied = (): void => {
    setApplied(applied + 1);
    reload();
  };
  const part = { connection };
  return (
    <>
      <Title name={id} to="/connections" all={words.all} />
      <Head {...part} found={found} examined={examined} />
      <nav className="parts" aria-label={id}>
        {shown.map((each) => (
          <Link key={each} to={addressOfTab(id, each)} isCurrent={each === tab}>
            {words.tabs[each]}
          </Link>
        ))}
      </nav>
      {maySetUp && mayRead && reports !== null && !isNew && (tab === 'overview' || tab === 'setup') && (
        <WhatIsNext {...part} isShadow={found.value?.mode.inForce === 'shadow'} />
      )}
      {tab === 'rollout' && (
        <Await loaded={found}>
          {({ mode }) => <Rollout {...part} mode={mode} examined={examined} onSwitched={mayChange ? reload : null} />}
        </Await>
      )}
      {tab === 'settings' && (
        <>
          <Await loaded={found}>{({ mode }) => <AtProvider mode={mode} />}</Await>
          <ModeInFile {...part} />
          {mayRead && (
            <Landing id="rules">
              <Rules key={applied} {...part} />
            </Landing>
          )}
          {maySetUp && (
            <SettingUp key={`secrets ${applied}`} {...part} examined={examined} tab={tab} onChanged={reload} />
          )}
          {mayChange ? <DraftEditor {...part} onApplied={onApplied} /> : <Policy {...part} />}
        </>
      )}
      {tab === 'overview' && !mayChange && <Doctor {...part} examined={examined} fixing={null} />}
      {(tab === 'setup' || (mayChange && tab === 'overview')) && (
        <SettingUp key={applied} {...part} examined={examined} tab={tab} onChanged={reload} />
      )}
    </>
  );
}

/** Lists the policy for administrators who may not change it. */
function Policy({ connection: { policy } }: { readonly connection: Connection }) {
  const { policy: words } = useTexts();
  return (
    <Section heading={words.heading} intro={words.intro}>
      <Facts rows={policy.settings.map(({ setting, value }) => [setting, <code key={setting}>{value}</code>])} />
    </Section>
  );
}

function Head({
  connection: { id, kind },
  found,
  examined,
}: {
  readonly connection: Connection;
  readonly found: Loaded<ConnectionModeReply>;
  readonly examined: Examined;
}) {
  const { head } = useTexts();
  const { number } = useFormats();
  const mayList = useMay('audit');
  const counted = useLoaded(countLines);
  const enrolled = counted.value?.connections.find(({ connection }) => connection === id)?.enrolled ?? null;
  return (
    <dl className="summary">
      <Figure name={head.kind}>
        <bdi>{kind}</bdi>
      </Figure>
      <Figure name={head.mode}>
        <ModeLight loaded={found} />
      </Figure>
      <Figure name={head.health}>
        <Health report={examined.value?.doctor.connections.find(({ connection }) => connection === id)} />
      </Figure>
      <Figure name={head.enrolled}>
        <Link to={`/people?connection=${encodeURIComponent(id)}`} isAllowed={mayList && enrolled !== null}>
          {enrolled === null ? '–' : number(enrolled)}
        </Link>
      </Figure>
    </dl>
  );
}

export const screen = defineScreen(function Connections({ rest }) {
  const [id, tab] = rest;
  if (id === undefined) return <Every />;
  if (id === startPlace) return <StartServer />;
  return id === connectPlace ? <ConnectProvider /> : <OneConnection key={id} id={id} tab={tab} />;
});

function Every() {
  const words = useTexts();
  const { call } = useSessionActions();
  const mayExamine = useMay('operate');
  const mayChange = useMay('configure');
  const listed = useLoaded(listConnections);
  const examined = useLoaded(readDoctor, ({ doctor }) => doctor.isUnderWay && 1000);
  const doctor = examined.value?.doctor;
  return (
    <>
      <h1>{words.heading}</h1>
      <Await loaded={listed}>
        {({ connections }) => <ConnectionsTable rows={connections} lights={doctor?.connections ?? []} />}
      </Await>
      {mayChange && <WaitingDraft />}
      {mayChange && (
        <p>
          <Link to={`/connections/${connectPlace}`}>{words.connect.heading}</Link>
        </p>
      )}
      {doctor?.isUnderWay === true && <UnderWay progress={doctor.progress} />}
      {mayExamine && doctor?.isUnderWay === false && (
        <ActForm submit={words.doctor.examineAll} onSubmit={() => call(examine()).then(examined.reload)} />
      )}
    </>
  );
}
