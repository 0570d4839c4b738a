import type { Texts as LedgerWords } from '../../../../locales/compiled/console/ledger/texts.js';
import type { LineCountsReply } from '../../../../src/http/rest/replies/ledger.js';
import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { useOpenWork } from '../../frame/open-work.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { countLines } from '../../ledger/requests.js';
import { reasonText } from '../../ledger/told.js';
import { BarChart, CountBars } from '../../parts/chart.js';
import { Await, Empty, Light, Progress } from '../../parts/state.js';
import { Figure } from '../../parts/told.js';
import { findScreen, maySee } from '../../screens.js';
import { useTexts } from './texts.js';

type Counts = LineCountsReply['connections'][number];

export function Connections() {
  const words = useTexts();
  const loaded = useLoaded(countLines);
  const { figures } = words;
  return (
    <Await loaded={loaded}>
      {({ connections }) =>
        connections.length === 0 ? (
          <Empty>{figures.none}</Empty>
        ) : (
          connections.map((counts) => <Connection key={counts.connection} counts={counts} />)
        )
      }
    </Await>
  );
}

function Connection({ counts }: { readonly counts: Counts }) {
  const words = useTexts();
  const { connection, enrolled, users, lockedOut, days, refusals, medianSeconds } = counts;
  const { number, percent, seconds } = useFormats();
  const { session } = useActing();
  const [mayList, mayLog] = [useMay('audit'), useMay('audit')];
  const { figures, ledger } = words;
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
          <p className="fine soft">{figures.untold}</p>
        </>
      ) : (
        <Progress
          label={`${figures.enrolled}: ${connection}`}
          text={`${enrolledText} (${percent(users === 0 ? 0 : Math.min(1, enrolled / users))})`}
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
      <div className="beside">
        <BarChart
          title={`${connection}: ${figures.chart}`}
          bars={days.toReversed().map(({ day, passed: good, refused: bad }) => ({
            ...{ day, value: good + bad, failed: bad },
          }))}
          headings={{ value: figures.checks, rest: ledger.outcomes.passed, failed: ledger.outcomes.refused }}
        />
        <div>
          <h3>{figures.refusals}</h3>
          {refusals.length === 0 ? (
            <Empty>{figures.noRefusals}</Empty>
          ) : (
            <CountBars counts={toReasons(refusals, ledger)} />
          )}
          {mayLog && refusals.length > 0 && (
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
