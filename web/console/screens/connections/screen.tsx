import { type ReactNode, useState } from 'react';
import type { ConnectionModeReply, ModeReply } from '../../../../src/connections/replies.js';
import { type Loaded, useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { countLines, listConnections } from '../../ledger/requests.js';
import { ActForm } from '../../parts/form.js';
import { Facts, Figure } from '../../parts/server-text.js';
import { Await, OutboxNote, Section, Title } from '../../parts/state.js';
import { ModeInFile } from './configuration-file.js';
import { ConnectProvider } from './connect.js';
import { Doctor, type Examined, Health, UnderWay } from './doctor.js';
import { DraftEditor, WaitingDraft } from './draft.js';
import { AtProvider, isInForce, ModeLight } from './mode-at-provider.js';
import { MoreSettings } from './more-settings.js';
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

const otherWays = ['email', 'sms', 'recoveryCodes'] as const;

function PolicyInForce({ connection, mode }: { readonly connection: Connection; readonly mode: ModeReply }) {
  const words = useTexts();
  const { id, policy } = connection;
  const { instant, number } = useFormats();
  const { policy: named } = words;
  const { switched } = mode;
  const set = (setting: string, value: ReactNode): ReactNode => (
    <>
      {value} <code className="line soft">{setting}</code>
    </>
  );
  const { bypass, livenessVendor } = policy;
  const vendor =
    livenessVendor && named.vendorCheck({ ...livenessVendor, confidence: number(livenessVendor.confidence) });
  const enrolmentDays =
    policy.enrolmentDays === null ? named.endless : named.days({ count: number(policy.enrolmentDays) });
  const bypassLimit =
    bypass === null
      ? named.noBypass
      : named.bypassUpTo({ minutes: number(bypass.minutes), approvals: number(bypass.approvals) });
  const ways = otherWays.filter((way) => policy.anotherWay[way]).map((way) => named.ways[way]);
  const allowed = (isAllowed: boolean): string => (isAllowed ? named.allowed : named.notAllowed);
  const list = (items: readonly (string | null)[]): ReactNode => {
    const text = items.filter((item) => item !== null).join(', ');
    return text === '' ? named.nothing : <bdi>{text}</bdi>;
  };
  // With rules, shadow mode of the policy does not mean that no one is refused.
  const { refusing, allowing } = mode.rules;
  const modes = refusing.length + allowing.length === 0 ? words.modes : words.modeNames;
  const isPlain = mode.atProvider === null && isInForce(mode, mode.inForce);
  return (
    <Section heading={named.heading} intro={words.configurationFile.settings({ id })}>
      <AtProvider mode={mode} />
      <ModeInFile connection={connection} />
      <Facts
        rows={[
          [isPlain ? named.inForce : named.here, <b key="mode">{modes[mode.inForce]}</b>],
          [named.file, set('mode', modes[mode.file])],
          [named.rules, refusing.length === 0 ? null : refusing.join(', ')],
          [named.allowing, allowing.length === 0 ? null : allowing.join(', ')],
          [named.switched, switched && named.by({ name: switched.by, when: instant(switched.at) })],
          [named.accuracy, set('accuracy', number(policy.accuracy))],
          [named.scope, set('scope', <bdi>{policy.scope}</bdi>)],
          [named.liveness, set('liveness', named.livenesses[policy.liveness])],
          [named.vendor, vendor && set('liveness', vendor)],
          [named.userSecret, set('userSecret', named.userSecrets[policy.userSecret])],
          [named.whenNotEnrolled, set('whenNotEnrolled', named.notEnrolled[policy.whenNotEnrolled])],
          [named.whenUnverified, set('whenUnverified', named.unverified[policy.whenUnverified])],
          [named.whenUnavailable, set('whenUnavailable', named.unverified[policy.whenUnavailable])],
          [named.freshness, set('freshnessSec', named.seconds({ count: number(policy.freshnessSec) }))],
          [named.enrolment, set('enrolmentDays', enrolmentDays)],
          [named.photo, set('photo.mode', named.photoModes[policy.photo])],
          [named.replacedBy, set('replaceFace', named.replacements[policy.replacedBy])],
          [named.bypass, set('bypass', bypassLimit)],
          [named.anotherWay, set('anotherWay', list(ways))],
          [named.counts, set('anotherWay.counts', allowed(policy.anotherWay.counts))],
          [named.fallbackUrl, set('fallbackUrl', list([policy.fallbackUrl]))],
          [named.notices, set('notices', policy.notices ? named.on : named.off)],
          [named.helpDesk, set('helpDesk', list([policy.helpDesk]))],
          [named.handOff, set('handOff', allowed(policy.handOff))],
          [named.returnUrls, set('returnUrls', list(policy.returnUrls))],
        ]}
      />
      <MoreSettings policy={policy} />
      {(policy.notices || policy.anotherWay.email || policy.helpDesk !== null || policy.whenNotEnrolled === 'link') && (
        <OutboxNote />
      )}
    </Section>
  );
}

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
  const reports = examined.state === 'loaded' ? examined.value.doctor.connections : null;
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
      {tab === 'rollout' && (
        <Await loaded={found}>
          {({ mode }) => <Rollout {...part} mode={mode} examined={examined} onSwitched={mayChange ? reload : null} />}
        </Await>
      )}
      {tab === 'settings' && (
        <>
          <Await loaded={found}>{({ mode }) => <PolicyInForce {...part} mode={mode} />}</Await>
          {mayRead && <Rules {...part} />}
          {mayChange && <DraftEditor {...part} onApplied={onApplied} />}
        </>
      )}
      {tab === 'overview' && !mayChange && <Doctor {...part} examined={examined} fixing={null} />}
      {(tab === 'setup' || (mayChange && tab === 'overview') || (maySetUp && tab === 'settings')) && (
        <SettingUp key={applied} {...part} examined={examined} tab={tab} onChanged={reload} />
      )}
    </>
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
  const counts = counted.state === 'loaded' ? counted.value.connections : [];
  const enrolled = counts.find(({ connection }) => connection === id)?.enrolled ?? null;
  const reports = examined.state === 'loaded' ? examined.value.doctor.connections : [];
  return (
    <dl className="summary">
      <Figure name={head.kind}>
        <bdi>{kind}</bdi>
      </Figure>
      <Figure name={head.mode}>
        <ModeLight loaded={found} />
      </Figure>
      <Figure name={head.health}>
        <Health report={reports.find(({ connection }) => connection === id)} />
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
  const doctor = examined.state === 'loaded' ? examined.value.doctor : null;
  return (
    <>
      <h1>{words.heading}</h1>
      <Await loaded={listed}>
        {({ connections }) => <ConnectionsTable rows={connections} lights={doctor?.connections ?? []} />}
      </Await>
      {mayChange && (
        <WaitingDraft toNew={`/connections/${connectPlace}`} toChange={(id) => addressOfTab(id, 'settings')} />
      )}
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
