import type { ReactNode } from 'react';
import type { DoctorReply } from '../../../../src/admin/replies/doctor.js';
import { type Loaded, useMay, useSessionActions } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { startOf } from '../../ledger/requests.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Field } from '../../parts/form.js';
import { ServerText, ServerTextLines } from '../../parts/server-text.js';
import { Await, Done, Light, Note, Progress, QuietButton, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import {
  type Applied,
  accept,
  type Connection,
  type ConnectionReport,
  examine,
  type Finding,
  useTexts,
} from './requests.js';

export type Examined = Loaded<DoctorReply> & { readonly reload: () => void };

export function Doctor({
  connection: { id },
  examined,
  fixing,
}: {
  readonly connection: Connection;
  readonly examined: Examined;
  /** Functions that fix findings; `null` if the user may not fix any. */
  readonly fixing: Fixing | null;
}) {
  const words = useTexts();
  const { call } = useSessionActions();
  const { ago } = useFormats();
  const mayExamine = useMay('operate');
  const { doctor: named } = words;
  return (
    <Section heading={named.heading}>
      <Await loaded={examined}>
        {({ doctor: { isUnderWay, progress, connections } }) => {
          const found = connections.find(({ connection }) => connection === id) ?? null;
          const isAllWell = found?.findings.every(({ light }) => light === 'ok') === true;
          return (
            <>
              {found === null || found.light === null || found.examinedAt === null ? (
                <p>{named.never}</p>
              ) : (
                <>
                  <p>
                    <Light light={found.light}>{words.lights[found.light]}</Light>{' '}
                    <span className="soft">{named.examined({ when: ago(found.examinedAt) })}</span>
                  </p>
                  {isAllWell && <Done>{named.allWell}</Done>}
                  <Findings id={id} findings={found.findings} fixing={fixing} onChanged={examined.reload} />
                </>
              )}
              {fixing?.progress}
              {isUnderWay && <UnderWay progress={progress} />}
              {mayExamine && !isUnderWay && (
                <ActForm submit={named.examine} onSubmit={() => call(examine(id)).then(examined.reload)} />
              )}
            </>
          );
        }}
      </Await>
    </Section>
  );
}

/** Shows how far the running checks are. The total of users is that of the last check, because providers tell none. */
export function UnderWay({ progress }: { readonly progress: DoctorReply['doctor']['progress'] }) {
  const { doctor: words } = useTexts();
  const { number } = useFormats();
  if (progress === null) return <Note>{words.underWay}</Note>;
  const { connection, checks, done, users, formerUsers } = progress;
  return (
    <>
      <Note>{words.underWay}</Note>
      <Progress
        label={words.heading}
        text={words.checksDone({ connection, done: number(done), checks: number(checks) })}
        value={done}
        most={checks}
      />
      {users > 0 && (
        <p className="soft">
          {words.usersRead({ users: number(users), former: formerUsers === null ? null : number(formerUsers) })}
        </p>
      )}
    </>
  );
}

/** Result of a connection's last checks, and how long ago they were. */
export function Health({ report }: { readonly report: Pick<ConnectionReport, 'light' | 'examinedAt'> | undefined }) {
  const { lights, notExamined } = useTexts();
  const { ago } = useFormats();
  if (!report?.light || report.examinedAt === null) return <Light light="none">{notExamined}</Light>;
  return (
    <span>
      <Light light={report.light}>{lights[report.light]}</Light> <span className="soft">{ago(report.examinedAt)}</span>
    </span>
  );
}

export interface Fixing {
  readonly begin: (what: Applied, isSure: boolean) => Promise<void>;
  readonly progress: ReactNode;
}

export const order = ['fail', 'warn', 'by_hand', 'skipped', 'ok'] as const;
export const colours = { fail: 'fail', warn: 'warn', by_hand: 'none', skipped: 'none', ok: 'ok' } as const;

/** Tabs that do what a remedy says, by the command or setting that it names. */
const remedyTabs = [
  [/facestep provision/, 'setup'],
  [/under Rollout|policy\.mode to "/, 'rollout'],
  [/\b(policy|recovery|oidc)\./, 'settings'],
] as const;

/** Links a remedy to the screen that does it. */
function RemedyLink({ id, remedy }: { readonly id: string; readonly remedy: string }) {
  const { doctor, tabs } = useTexts();
  const tab = remedyTabs.find(([named]) => named.test(remedy))?.[1];
  if (!useMay('configure') || tab === undefined) return null;
  return (
    <p>
      <Link to={`/connections/${encodeURIComponent(id)}/${tab}`}>{doctor.open({ screen: tabs[tab] })}</Link>
    </p>
  );
}

const TitleAndFound = ({ title, found }: Pick<Finding, 'title' | 'found'>) => (
  <>
    <ServerText>{title}</ServerText>
    <br />
    <span className="soft">
      <ServerText>{found}</ServerText>
    </span>
  </>
);

export function Findings({
  id,
  findings,
  fixing,
  onChanged,
}: {
  readonly id: string;
  readonly findings: readonly Finding[];
  readonly fixing: Fixing | null;
  readonly onChanged: () => void;
}) {
  const words = useTexts();
  const { ago, instant, number } = useFormats();
  const { call } = useSessionActions();
  const mayAccept = useMay('operate');
  const { doctor: named } = words;
  const well = findings.filter(({ light }) => light === 'ok');
  const known = findings.filter(({ accepted }) => accepted !== null);
  const open = findings.filter(({ light, accepted }) => light !== 'ok' && accepted === null);
  const others = order.flatMap((light) => open.filter((each) => each.light === light));
  return (
    <>
      {others.length > 0 && (
        <Table
          caption={named.heading}
          rows={others}
          keyOf={({ title }) => title}
          empty={named.allWell}
          headings={named.columns}
          columns={[
            { id: 'check', isRowHeading: true, cell: ({ title }) => <ServerText>{title}</ServerText> },
            {
              id: 'light',
              cell: ({ light, since }) => (
                <div>
                  <Light light={colours[light]}>{words.lights[light]}</Light>
                  {since !== null && <p className="fine soft">{named.found({ when: ago(since) })}</p>}
                </div>
              ),
            },
            {
              id: 'found',
              cell: ({ found, cause }) => (
                <div>
                  <ServerTextLines lines={[found]} />
                  {cause !== null && (
                    <p className="soft">
                      {named.cause} <ServerText>{cause}</ServerText>
                    </p>
                  )}
                </div>
              ),
            },
            {
              id: 'remedy',
              cell: ({ title, light, remedy, fix }) => (
                <div>
                  {remedy !== null && fix === null && <RemedyLink id={id} remedy={remedy} />}
                  <ServerTextLines lines={remedy === null ? [] : [remedy]} />
                  {fix !== null && fixing !== null && (
                    <ConfirmButton
                      label={named.fix}
                      about={title}
                      title={named.fixTitle({ title })}
                      insist={{ warning: words.nobody, action: named.sure }}
                      onConfirm={(isSure) => fixing.begin(fix, isSure)}
                    >
                      <p>{named.fixText}</p>
                      {fix.pushSecrets && <p>{named.fixSecret}</p>}
                    </ConfirmButton>
                  )}
                  {mayAccept && light !== 'skipped' && (
                    <details>
                      <summary>{named.accept}</summary>
                      <ActForm
                        submit={named.acceptNow}
                        onSubmit={(fields) =>
                          call(
                            accept(id, title, String(fields.get('reason')), startOf(String(fields.get('until')), 1)),
                          ).then(onChanged)
                        }
                      >
                        <Field name="until" type="date" label={named.until} isRequired />
                        <Field name="reason" label={named.reason} isRequired maxLength={500} />
                      </ActForm>
                    </details>
                  )}
                </div>
              ),
            },
          ]}
        />
      )}
      {known.length > 0 && (
        <>
          <h3>{named.knownLimits}</h3>
          <ul className="lines">
            {known.map(({ title, found, accepted }) => (
              <li key={title}>
                <TitleAndFound title={title} found={found} />
                {accepted !== null && (
                  <p>
                    {named.acceptedUntil({ when: instant(accepted.until), name: accepted.by, reason: accepted.reason })}{' '}
                    {mayAccept && (
                      <QuietButton onPress={() => void call(accept(id, title, accepted.reason)).then(onChanged)}>
                        {named.endAcceptance}
                      </QuietButton>
                    )}
                  </p>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {well.length > 0 && (
        <details>
          <summary>{named.well({ count: number(well.length) })}</summary>
          <ul className="lines">
            {well.map(({ title, found }) => (
              <li key={title}>
                <TitleAndFound title={title} found={found} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
