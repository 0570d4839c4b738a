import { useState } from 'react';
import type { ConnectionsReply } from '../../../../src/connections/replies.js';
import type { BypassesReply, MadeBypassReply } from '../../../../src/help-desk/replies.js';
import { useLoaded, usePages, useSessionActions } from '../../frame/acting.js';
import { get, post, Refusal } from '../../frame/call.js';
import { useParameter } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { listConnections } from '../../ledger/requests.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Field } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Await, Note, Section } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { PersonFields, readWho, useNames } from './person.js';
import { usePolling } from './poll.js';
import { useTexts } from './texts.js';

const listBypassCodes = (cursor: string | null) =>
  get<BypassesReply>('/v1/help-desk/bypass-codes', { limit: 100, cursor: cursor ?? undefined });

export function BypassCodes() {
  const { codes } = useTexts();
  const { call, session } = useSessionActions();
  const { instant } = useFormats();
  const paged = usePages(listBypassCodes, ({ codes }) => codes);
  const nameOf = useNames(paged.rows);
  const { reload } = paged;
  usePolling(paged, ({ state }) => state === 'waiting');
  const { columns, approve } = codes;
  return (
    <>
      <MakeIfAllowed onMade={reload} />
      <Section heading={codes.listHeading}>
        <PagedTable
          paged={paged}
          caption={codes.listHeading}
          keyOf={({ id }) => id}
          empty={codes.none}
          headings={columns}
          columns={[
            { id: 'person', isRowHeading: true, cell: (row) => <bdi>{nameOf(row)}</bdi> },
            { id: 'connection', cell: ({ connection }) => <bdi>{connection}</bdi> },
            {
              id: 'application',
              cell: ({ application }) => (application === null ? codes.anyApplication : <bdi>{application}</bdi>),
            },
            { id: 'by', cell: ({ by }) => <bdi>{by}</bdi> },
            { id: 'until', cell: ({ expiresAt }) => instant(expiresAt) },
            {
              id: 'state',
              cell: (row) =>
                row.state === 'ready' ? (
                  codes.ready
                ) : row.by === session.recordedName ? (
                  codes.waiting
                ) : (
                  <ConfirmButton
                    label={approve.label}
                    about={nameOf(row)}
                    title={approve.title({ name: nameOf(row) })}
                    onConfirm={() => call(post(`/v1/help-desk/bypass-codes/${row.id}/approve`)).then(reload)}
                    text={approve.text({ by: row.by })}
                  />
                ),
            },
          ]}
        />
      </Section>
    </>
  );
}

const allowsBypass = ({ policy }: ConnectionsReply['connections'][number]): boolean => policy.bypass !== null;

interface Making {
  readonly onMade: () => void;
}

/** Shows the reason instead of a form that the policy refuses. */
function MakeIfAllowed({ onMade }: Making) {
  const { codes } = useTexts();
  const named = useParameter('connection');
  const listed = useLoaded(listConnections);
  return (
    <Await loaded={listed}>
      {({ connections }) => {
        const offered = connections.filter((each) => allowsBypass(each) && (named === null || each.id === named));
        if (offered.length > 0) return <Make onMade={onMade} offered={offered} />;
        return (
          <Section heading={codes.heading}>
            <Note>{named === null ? codes.allOff : codes.notAllowed}</Note>
          </Section>
        );
      }}
    </Await>
  );
}

function Make({ onMade, offered }: Making & { readonly offered: ConnectionsReply['connections'] }) {
  const { codes } = useTexts();
  const { call } = useSessionActions();
  const { instant } = useFormats();
  const [made, setMade] = useState<(MadeBypassReply & { readonly login: string | null }) | null>(null);
  const [isAllowed, setAllowed] = useState(true);
  const audienceOnly = offered.filter(({ policy }) => !policy.anotherWay.counts).map(({ id }) => id);
  return (
    <Section heading={codes.heading} intro={codes.intro}>
      {audienceOnly.length > 0 && <Note>{codes.audienceOnly({ connections: audienceOnly.join(', ') })}</Note>}
      {made !== null && (
        <ShownOnce
          label={made.login === null ? codes.code : `${codes.code}: ${made.login}`}
          value={made.code}
          note={
            made.state === 'ready'
              ? codes.once({ until: instant(made.expiresAt) })
              : codes.needsApproval({ until: instant(made.expiresAt) })
          }
        />
      )}
      {made?.lockedUntil != null && <Note tone="warn">{codes.lockedOut({ until: instant(made.lockedUntil) })}</Note>}
      {!isAllowed && <Note tone="bad">{codes.notAllowed}</Note>}
      <ActForm
        submit={codes.submit}
        onSubmit={async (fields) => {
          setAllowed(true);
          setMade(null);
          const minutes = Number(fields.get('minutes'));
          const application = String(fields.get('application')).trim();
          const limits = {
            minutes: minutes > 0 ? minutes : undefined,
            application: application === '' ? undefined : application,
          };
          try {
            const who = readWho(fields);
            const request = post<MadeBypassReply>('/v1/help-desk/bypass-codes', { ...who, ...limits });
            setMade({ ...(await call(request)), login: who.login ?? null });
            onMade();
          } catch (thrown) {
            if (!(thrown instanceof Refusal && thrown.code === 'not_found')) throw thrown;
            setAllowed(false);
          }
        }}
      >
        <PersonFields isOffered={allowsBypass} />
        <Field name="minutes" label={codes.minutes} hint={codes.minutesHint} type="number" min={5} max={60} />
        <Field name="application" label={codes.application} hint={codes.applicationHint} maxLength={253} />
      </ActForm>
    </Section>
  );
}
