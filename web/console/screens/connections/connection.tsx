import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { countLines } from '../../ledger/requests.js';
import { Await, Light, Title } from '../../parts/state.js';
import { Figure } from '../../parts/told.js';
import { Doctor, type Examined, Health } from './doctor.js';
import { PolicyInForce } from './policy.js';
import { type Connection, examine, listConnections, readDoctor } from './requests.js';
import { Rollout } from './rollout.js';
import { SettingUp } from './setting-up.js';
import { useTexts } from './texts.js';

export const tabs = ['health', 'rollout', 'secrets', 'policy', 'setup'] as const;
export type Tab = (typeof tabs)[number];

export const addressOfTab = (id: string, tab: Tab = 'health'): string =>
  `/connections/${encodeURIComponent(id)}${tab === 'health' ? '' : `/${tab}`}`;

export function OneConnection({ id, tab: asked }: { readonly id: string; readonly tab: string | undefined }) {
  const words = useTexts();
  const { call } = useActing();
  const [mayChange, mayRead] = [useMay('configure'), useMay('audit')];
  const listed = useLoaded(listConnections);
  const examined = useLoaded(readDoctor, ({ doctor }) => doctor.isUnderWay && 1000);
  const rights: Partial<Record<Tab, boolean>> = { rollout: mayRead, secrets: mayChange, setup: mayChange };
  const shown = tabs.filter((each) => rights[each] ?? true);
  const tab = shown.find((each) => each === asked) ?? 'health';
  const onSwitched = (): void => {
    listed.reload();
    // The checks depend on the mode. If another run is under way, its result is shown.
    call(examine(id))
      .catch(() => {})
      .finally(examined.reload);
  };
  return (
    <Await loaded={listed}>
      {({ connections }) => {
        const connection = connections.find((each) => each.id === id);
        if (connection === undefined) return <Title name={words.unknown} to="/connections" all={words.all} />;
        const given = { connection };
        return (
          <>
            <Title name={id} to="/connections" all={words.all} />
            <Head {...given} examined={examined} />
            <nav className="parts" aria-label={id}>
              {shown.map((each) => (
                <Link key={each} to={addressOfTab(id, each)} isCurrent={each === tab}>
                  {words.tabs[each]}
                </Link>
              ))}
            </nav>
            {tab === 'rollout' && <Rollout {...given} onSwitched={mayChange ? onSwitched : null} />}
            {tab === 'policy' && <PolicyInForce {...given} />}
            {tab === 'health' && !mayChange && <Doctor {...given} examined={examined} mending={null} />}
            {mayChange && (tab === 'health' || tab === 'secrets' || tab === 'setup') && (
              <SettingUp {...given} examined={examined} tab={tab} />
            )}
          </>
        );
      }}
    </Await>
  );
}

function Head({
  connection: { id, kind, mode },
  examined,
}: {
  readonly connection: Connection;
  readonly examined: Examined;
}) {
  const { head, modeNames } = useTexts();
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
        <Light light={mode.inForce === 'enforce' ? 'ok' : 'none'}>{modeNames[mode.inForce]}</Light>
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
