import { type ReactNode, useState } from 'react';
import type { ModeReply, RefusedReply } from '../../../../src/connections/replies.js';
import { useMay, usePages, useSessionActions } from '../../frame/acting.js';
import { post } from '../../frame/call.js';
import { Link } from '../../frame/router.js';
import { useFormats, useLanguage } from '../../frame/words.js';
import { BulkProgress, useBulk } from '../../ledger/bulk.js';
import { PersonLink, useNames } from '../../ledger/names.js';
import { listRefused, readNotEnrolled } from '../../ledger/refused.js';
import { inviteByEmail } from '../../ledger/requests.js';
import { BarChart } from '../../parts/chart.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { LanguageSelect } from '../../parts/form.js';
import { ServerText } from '../../parts/server-text.js';
import { Done, OutboxNote, Section } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { ModeInFile } from './configuration-file.js';
import type { Examined } from './doctor.js';
import { AtProvider, callsNoHook, isInForce, useOwnModeName } from './mode-at-provider.js';
import { type Connection, pathOf, patient, useTexts } from './requests.js';

/** @param isSure - true to proceed although no user is enrolled */
const switchMode = (id: string, mode: Mode | 'file', isSure: boolean) => ({
  ...post(pathOf(id, 'mode'), { mode, isSure }),
  ...patient,
});

type Mode = ModeReply['inForce'];

interface Props {
  readonly connection: Connection;
}

interface Switching extends Props {
  readonly onSwitched: () => void;
}

export function Rollout({
  connection,
  mode,
  examined,
  onSwitched,
}: Props & {
  readonly mode: ModeReply;
  readonly examined: Examined;
  /** `null` if the user may not switch the mode. */
  readonly onSwitched: (() => void) | null;
}) {
  const words = useTexts();
  const nameOwnMode = useOwnModeName();
  return (
    <>
      <AtProvider mode={mode} />
      {mode.rules.refusing.length > 0 && mode.inForce === 'shadow' && onSwitched !== null && (
        <Section heading={words.rules.heading}>
          <p>{nameOwnMode(mode.inForce, mode.rules)}</p>
          <SwitchToShadow connection={connection} onSwitched={onSwitched} />
        </Section>
      )}
      {mode.switched !== null && onSwitched !== null && (
        <SwitchToFile
          connection={connection}
          mode={mode.file}
          rules={mode.switched.fileRules}
          onSwitched={onSwitched}
        />
      )}
      <RefusedUsers
        key={mode.inForce}
        connection={connection}
        mode={mode.inForce}
        isUncalled={callsNoHook(mode)}
        counted={<Counted id={connection.id} examined={examined} />}
        onSwitched={mode.inForce === 'shadow' ? onSwitched : null}
      />
      {mode.inForce === 'enforce' && (
        <Section heading={words.toEnforce.heading}>
          {isInForce(mode, 'enforce') ? (
            <Done>{words.toEnforce.enforced}</Done>
          ) : (
            mode.rules.allowing.length > 0 && <p>{nameOwnMode(mode.inForce, mode.rules)}</p>
          )}
          {onSwitched !== null && <SwitchToShadow connection={connection} onSwitched={onSwitched} />}
        </Section>
      )}
      <ModeInFile connection={connection} />
    </>
  );
}

/** Repeats what the last health check counted at the provider, because users who have not signed in are in no list. */
function Counted({ id, examined }: { readonly id: string; readonly examined: Examined }) {
  const { doctor } = useTexts();
  const { ago } = useFormats();
  const report = examined.value?.doctor.connections.find(({ connection }) => connection === id);
  const found = report?.findings.find(({ title }) => title === 'Enrolled users');
  if (found === undefined || found.light === 'skipped' || report?.examinedAt == null) return null;
  return (
    <p>
      {doctor.heading} <span className="soft">({doctor.examined({ when: ago(report.examinedAt) })})</span>:{' '}
      <ServerText>{found.found}</ServerText>
    </p>
  );
}

/** Shows the users whom the connection refuses, or would refuse without shadow mode. */
function RefusedUsers({
  connection,
  mode,
  isUncalled,
  counted,
  onSwitched,
}: Props & {
  readonly mode: Mode;
  readonly isUncalled: boolean;
  readonly counted: ReactNode;
  readonly onSwitched: (() => void) | null;
}) {
  const { refused } = useTexts();
  const named = refused.modes[mode];
  const { id } = connection;
  const { ago, day, number } = useFormats();
  const mayInvite = useMay('assist');
  const [all, setAll] = useState<Omit<RefusedReply, 'subjects' | 'cursor'> | null>(null);
  const paged = usePages(
    (cursor) => listRefused(id, mode, cursor),
    (page) => {
      setAll(page);
      return page.subjects;
    },
  );
  const isUnseen = all?.decisions === 0;
  const whoOf = ({ subject }: { readonly subject: string }) => ({ connection: id, subject });
  const names = useNames(paged.rows.map(whoOf));
  return (
    <>
      <Section heading={named.heading} intro={named.intro}>
        {isUnseen && !(isUncalled && mode === 'enforce') && <p className="note warn">{named.unseen}</p>}
        {all !== null && all.replicasCounting > 0 && (
          <p className="note warn">{refused.counting({ count: number(all.replicasCounting) })}</p>
        )}
        {all !== null && !isUnseen && (
          <>
            <BarChart
              title={named.chart}
              bars={all.days.map(({ day, users, refused: failed }) => ({ day, value: users, failed }))}
              headings={{ value: refused.users, failed: named.wouldBe }}
            />
            <p className="soft">{refused.since({ day: day(all.since.slice(0, 10)) })}</p>
          </>
        )}
        {all !== null && all.total > 0 && (
          <p>
            <b>
              {named.total({
                count: number(all.total),
                denied: number(all.denied),
                notEnrolled: number(all.notEnrolled),
              })}
            </b>
          </p>
        )}
        {counted}
        {!isUnseen && (
          <PagedTable
            paged={paged}
            caption={named.heading}
            keyOf={({ subject }) => subject}
            empty={refused.none}
            headings={refused.columns}
            columns={[
              { id: 'name', isRowHeading: true, cell: (row) => <PersonLink who={whoOf(row)} names={names} /> },
              { id: 'status', cell: ({ isEnrolled }) => (isEnrolled ? refused.enrolled : refused.notEnrolled) },
              { id: 'last', cell: ({ lastAt }) => ago(lastAt) },
              mode === 'shadow' && {
                id: 'result',
                cell: ({ isDenied }) => (isDenied ? refused.denied : refused.letThrough),
              },
              { id: 'hook', cell: ({ hook }) => <bdi>{hook}</bdi> },
            ]}
          />
        )}
        {all?.unnamed.map(({ code, count }) => (
          <p key={code} className="note warn">
            {refused.unnamed({ count: number(count), code })}
          </p>
        ))}
      </Section>
      {mayInvite && all !== null && all.total > 0 && (
        <InviteThese connection={connection} mode={mode} count={all.notEnrolled} />
      )}
      {onSwitched !== null && all !== null && (
        <SwitchToEnforce
          connection={connection}
          seen={isUnseen ? null : all}
          counted={counted}
          onSwitched={onSwitched}
        />
      )}
    </>
  );
}

/** Hands the listed users who are not enrolled to a campaign; without campaigns, invites them at once. */
function InviteThese({ connection: { id }, mode, count }: Props & { readonly mode: Mode; readonly count: number }) {
  const { invite } = useTexts();
  const { call, session } = useSessionActions();
  const mayPlan = useMay('operate') && session.extensions.includes('campaigns');
  const { number } = useFormats();
  const [language, setLanguage] = useState(useLanguage());
  const bulk = useBulk();
  if (count === 0 || mayPlan)
    return (
      <Section heading={invite.heading} intro={count === 0 ? invite.nobody : invite.planText}>
        {count > 0 && (
          <Link className="button quiet" to={`/campaigns?${new URLSearchParams({ refused: id, mode })}`}>
            {invite.plan({ count: number(count) })}
          </Link>
        )}
      </Section>
    );
  return (
    <Section heading={invite.heading} intro={invite.text}>
      {bulk.shown?.isRunning !== true && (
        <>
          <OutboxNote />
          <LanguageSelect label={invite.language} initial={language} onChoose={setLanguage} />
          <ConfirmButton
            label={invite.submit({ count: number(count) })}
            title={invite.title({ count: number(count) })}
            action={invite.action}
            text={invite.text}
            onConfirm={async () => {
              const people = readNotEnrolled(id, mode, call);
              void bulk.run(invite.label, people, count, (who) => inviteByEmail(who, language));
            }}
          />
        </>
      )}
      <BulkProgress bulk={bulk} />
    </Section>
  );
}

/** @param props.seen - `null` if it is not known who would be refused */
function SwitchToEnforce({
  connection: { id, policy },
  seen,
  counted,
  onSwitched,
}: Switching & { readonly seen: Pick<RefusedReply, 'total' | 'users'> | null; readonly counted: ReactNode }) {
  const { toEnforce, nobody, refused } = useTexts();
  const { call } = useSessionActions();
  const { number, percent } = useFormats();
  const count = toEnforce.counts[policy.whenUnverified];
  const affected =
    seen === null
      ? refused.modes.shadow.unseen
      : count({
          count: number(seen.total),
          users: number(seen.users),
          share: percent(seen.total / Math.max(1, seen.users)),
        });
  return (
    <Section heading={toEnforce.heading}>
      {seen !== null && (
        <p>
          <b>{affected}</b>
        </p>
      )}
      <p>{toEnforce.text}</p>
      <div className="actions">
        <ConfirmButton
          label={toEnforce.label}
          title={toEnforce.title({ id })}
          isGrave
          insist={{ warning: nobody, action: toEnforce.sure }}
          onConfirm={(isSure) => call(switchMode(id, 'enforce', isSure)).then(onSwitched)}
        >
          <p>
            <b>{affected}</b>
          </p>
          {counted}
          <p>{toEnforce.text}</p>
        </ConfirmButton>
        <Link to={`/connections/${encodeURIComponent(id)}/settings#policy.rules`}>{toEnforce.byGroup}</Link>
      </div>
    </Section>
  );
}

/** Ends a manual switch. */
function SwitchToFile({
  connection: { id },
  mode,
  rules,
  onSwitched,
}: Switching & { readonly mode: Mode; readonly rules: ModeReply['rules'] }) {
  const { toFile, toEnforce, toShadow, modeNames, nobody } = useTexts();
  const { call } = useSessionActions();
  const named = useOwnModeName()(mode, rules);
  const to = mode === 'enforce' ? toEnforce : toShadow;
  return (
    <Section heading={toFile.heading} intro={toFile.text}>
      <ConfirmButton
        label={toFile.label}
        title={to.title({ id })}
        text={named === modeNames[mode] ? to.text : named}
        isGrave={mode === 'enforce' || rules.refusing.length > 0}
        insist={{ warning: nobody, action: toEnforce.sure }}
        onConfirm={(isSure) => call(switchMode(id, 'file', isSure)).then(onSwitched)}
      />
    </Section>
  );
}

function SwitchToShadow({ connection: { id }, onSwitched }: Switching) {
  const { toShadow } = useTexts();
  const { call } = useSessionActions();
  return (
    <ConfirmButton
      {...toShadow}
      title={toShadow.title({ id })}
      onConfirm={() => call(switchMode(id, 'shadow', false)).then(onSwitched)}
    />
  );
}
