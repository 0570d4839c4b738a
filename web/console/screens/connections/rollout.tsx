import { useState } from 'react';
import type { ModeReply, RefusedReply } from '../../../../src/connections/replies.js';
import { toRefusal, useMay, usePages, useSessionActions } from '../../frame/acting.js';
import { post } from '../../frame/call.js';
import { useFormats, useLanguage } from '../../frame/words.js';
import { BulkProgress, useBulk } from '../../ledger/bulk.js';
import { PersonLink, useNames } from '../../ledger/names.js';
import { inviteByEmail, keyOf, type Who } from '../../ledger/requests.js';
import { BarChart } from '../../parts/chart.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, languageOptions, Select } from '../../parts/form.js';
import { Done, Section } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { ModeInFile } from './configuration-file.js';
import { AtProvider, isInForce, useOwnModeName } from './mode-at-provider.js';
import { type Connection, pathOf, patient, useTexts } from './requests.js';

const listRefused = (id: string, cursor: string | null) =>
  post<RefusedReply>(pathOf(id, 'refused'), { days: 30, limit: 50, cursor: cursor ?? undefined });

/** @param isSure - true to proceed although no user is enrolled */
const switchMode = (id: string, mode: ModeReply['inForce'] | 'file', isSure: boolean) => ({
  ...post(pathOf(id, 'mode'), { mode, isSure }),
  ...patient,
});

interface Props {
  readonly connection: Connection;
}

interface Switching extends Props {
  readonly onSwitched: () => void;
}

export function Rollout({
  connection,
  mode,
  onSwitched,
}: Props & {
  readonly mode: ModeReply;
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
        <SwitchToFile connection={connection} onSwitched={onSwitched} />
      )}
      {mode.inForce === 'shadow' ? (
        <WouldBeRefused connection={connection} onSwitched={onSwitched} />
      ) : (
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

function WouldBeRefused({ connection, onSwitched }: Props & { readonly onSwitched: (() => void) | null }) {
  const { refused } = useTexts();
  const { id } = connection;
  const { ago, number } = useFormats();
  const mayInvite = useMay('assist');
  const [all, setAll] = useState<Omit<RefusedReply, 'subjects' | 'cursor'> | null>(null);
  const paged = usePages(
    (cursor) => listRefused(id, cursor),
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
      <Section heading={refused.heading} intro={refused.intro}>
        {isUnseen && <p className="note warn">{refused.unseen}</p>}
        {all !== null && !isUnseen && (
          <BarChart
            title={refused.chart}
            bars={all.days.map(({ day, users, refused: failed }) => ({ day, value: users, failed }))}
            headings={{ value: refused.users, failed: refused.wouldBe }}
          />
        )}
        {all !== null && all.total > 0 && (
          <p>
            <b>{refused.total({ count: number(all.total), notEnrolled: number(all.notEnrolled) })}</b>
          </p>
        )}
        {!isUnseen && (
          <PagedTable
            paged={paged}
            caption={refused.heading}
            keyOf={({ subject }) => subject}
            empty={refused.none}
            headings={refused.columns}
            columns={[
              {
                id: 'name',
                isRowHeading: true,
                cell: (row) => <PersonLink who={whoOf(row)} name={names.get(keyOf(whoOf(row)))} />,
              },
              { id: 'status', cell: ({ isEnrolled }) => (isEnrolled ? refused.enrolled : refused.notEnrolled) },
              { id: 'count', isNumber: true, cell: ({ count }) => number(count) },
              { id: 'last', cell: ({ lastAt }) => ago(lastAt) },
              { id: 'hooks', cell: ({ hooks }) => <bdi>{hooks.join(', ')}</bdi> },
            ]}
          />
        )}
        {all?.unnamed.map(({ code, count }) => (
          <p key={code} className="note warn">
            {refused.unnamed({ count: number(count), code })}
          </p>
        ))}
      </Section>
      {mayInvite && all !== null && all.total > 0 && <InviteThese connection={connection} count={all.notEnrolled} />}
      {onSwitched !== null && all !== null && (
        <SwitchToEnforce connection={connection} total={isUnseen ? null : all.total} onSwitched={onSwitched} />
      )}
    </>
  );
}

/** Invites the listed users who are not enrolled, without another confirmation. It can be stopped. */
function InviteThese({ connection: { id }, count }: Props & { readonly count: number }) {
  const { invite } = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const language = useLanguage();
  const bulk = useBulk();
  async function* notEnrolled(): AsyncGenerator<Who> {
    let cursor: string | null = null;
    do {
      const page: RefusedReply = await call(listRefused(id, cursor));
      for (const { subject, isEnrolled } of page.subjects) if (!isEnrolled) yield { connection: id, subject };
      cursor = page.cursor;
    } while (cursor !== null);
  }
  const isRunning = bulk.shown?.isRunning === true;
  return (
    <Section heading={invite.heading}>
      {count === 0 ? (
        <p>{invite.nobody}</p>
      ) : (
        <>
          <p>{invite.text}</p>
          {!isRunning && (
            <ActForm
              submit={invite.submit({ count: number(count) })}
              onSubmit={async (fields) => {
                const asked = String(fields.get('language'));
                void bulk.run(invite.label, notEnrolled(), count, (who) => inviteByEmail(who, asked));
              }}
            >
              <Select name="language" label={invite.language} initial={language} options={languageOptions} />
            </ActForm>
          )}
        </>
      )}
      <BulkProgress bulk={bulk} />
    </Section>
  );
}

/**
 * Asks for confirmation only if everyone would be refused, because the page shows number and consequences next to the
 * button.
 */
function SwitchToEnforce({ connection: { id }, total, onSwitched }: Switching & { readonly total: number | null }) {
  const { toEnforce, nobody } = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const [isWarned, setWarned] = useState(false);
  return (
    <Section heading={toEnforce.heading}>
      {total !== null && (
        <p>
          <b>{toEnforce.count({ count: number(total) })}</b>
        </p>
      )}
      <p>{toEnforce.text}</p>
      {isWarned && <p className="note warn">{nobody}</p>}
      <ActForm
        submit={isWarned ? toEnforce.sure : toEnforce.label}
        onSubmit={async () => {
          try {
            await call(switchMode(id, 'enforce', isWarned));
          } catch (thrown) {
            if (toRefusal(thrown).code === 'nobody_can_pass') setWarned(true);
            throw thrown;
          }
          onSwitched();
        }}
      />
    </Section>
  );
}

/** Ends a manual switch. */
function SwitchToFile({ connection: { id }, onSwitched }: Switching) {
  const { toFile } = useTexts();
  const { call } = useSessionActions();
  return (
    <Section heading={toFile.heading} intro={toFile.text}>
      <ActForm submit={toFile.label} onSubmit={() => call(switchMode(id, 'file', false)).then(onSwitched)} />
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
