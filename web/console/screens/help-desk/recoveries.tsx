import { useState } from 'react';
import type { RecoveriesReply, RecoveryLinkReply, RecoveryReply } from '../../../../src/recovery/replies.js';
import { useLoaded, usePages, useSessionActions } from '../../frame/acting.js';
import { get, post, Refusal } from '../../frame/call.js';
import { useParameter } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { nameIn, PersonLink, useNames } from '../../ledger/names.js';
import { listConnections } from '../../ledger/requests.js';
import { reasonText } from '../../ledger/told.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Await, Done, Note, OutboxNote, Section, useSentText } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { PersonFields, readWho, SendFields } from './person.js';
import { usePolling } from './poll.js';
import { useTexts } from './texts.js';

const listRecoveries = (cursor: string | null) =>
  get<RecoveriesReply>('/v1/recoveries', { limit: 100, cursor: cursor ?? undefined });

export function Recoveries() {
  const { recoveries: words } = useTexts();
  const { instant } = useFormats();
  const isOfPerson = useParameter('subject') !== null;
  const paged = usePages(listRecoveries, ({ recoveries }) => recoveries);
  const names = useNames(paged.rows);
  usePolling(paged, ({ stage }) => stage !== 'ended');
  return (
    <>
      {isOfPerson && <Send />}
      <Section heading={words.heading} intro={words.intro}>
        <PagedTable
          paged={paged}
          caption={words.heading}
          keyOf={({ id }) => id}
          empty={words.none}
          headings={words.columns}
          columns={[
            { id: 'person', isRowHeading: true, isWide: true, cell: (row) => <PersonLink who={row} names={names} /> },
            { id: 'connection', cell: ({ connection }) => <bdi>{connection}</bdi> },
            {
              id: 'secondThing',
              cell: ({ secondThing }) => <p>{secondThing === null ? '–' : words.things[secondThing]}</p>,
            },
            { id: 'stage', isWide: true, cell: (row) => <State row={row} /> },
            { id: 'at', isInstant: true, cell: ({ begunAt }) => instant(begunAt) },
            { id: 'actions', cell: (row) => <Decide row={row} name={nameIn(names, row)} onDecided={paged.reload} /> },
          ]}
        />
      </Section>
      {!isOfPerson && <Send />}
    </>
  );
}

function State({
  row: { stage, outcome, reason, notBefore, approvals, approvalsNeeded, isPrivileged, begunBy },
}: {
  readonly row: RecoveryReply;
}) {
  const { recoveries: words, ledger } = useTexts();
  const { instant, number } = useFormats();
  const { stages, outcomes } = words;
  const counted = { count: number(approvals.length), needed: number(approvalsNeeded) };
  return (
    <p>
      {stage === 'ended' ? outcomes[outcome ?? 'expired'] : stages[stage]}
      {reason !== null && `: ${reasonText(reason, ledger)}`}
      {stage === 'delay' && notBefore !== null && (
        <>
          <br />
          {words.notBefore({ time: instant(notBefore) })}
        </>
      )}
      {approvalsNeeded > 0 && <span className="line fine soft">{words.approvals(counted)}</span>}
      {isPrivileged && <span className="line fine soft">{words.privileged}</span>}
      {begunBy !== null && <span className="line fine soft">{words.by({ name: begunBy })}</span>}
    </p>
  );
}

function Decide({
  row: { id, stage, outcome, secondThing, isPrivileged, begunBy, approvals },
  name,
  onDecided,
}: {
  readonly row: RecoveryReply;
  readonly name: string;
  readonly onDecided: () => void;
}) {
  const { recoveries: words } = useTexts();
  const { call, session } = useSessionActions();
  const { approve, refuse } = words;
  const isOurs = stage === 'approval' && (isPrivileged || secondThing === 'help_desk');
  const isMine = begunBy === session.recordedName || approvals.includes(session.recordedName);
  const canEnd = (stage !== 'ended' && stage !== 'revoking') || outcome === 'recovered';
  return (
    <div className="actions">
      {isOurs && isMine && <span>{words.another}</span>}
      {isOurs && !isMine && (
        <ConfirmButton
          label={approve.label}
          about={name}
          title={approve.title({ name })}
          number={{ label: approve.number, wrong: approve.digits, isRight: (typed) => /^\d{4}$/.test(typed) }}
          onConfirm={(_, number) => call(post(`/v1/recoveries/${id}/approve`, { number })).then(onDecided)}
          text={approve.text}
        />
      )}
      {canEnd && (
        <ConfirmButton
          label={refuse.label}
          about={name}
          title={refuse.title({ name })}
          isGrave
          onConfirm={() => call(post(`/v1/recoveries/${id}/refuse`)).then(onDecided)}
          text={refuse.text}
        />
      )}
    </div>
  );
}

function Send() {
  const { recoveries: words } = useTexts();
  const { call } = useSessionActions();
  const { instant } = useFormats();
  const parameter = useParameter('connection');
  const listed = useLoaded(listConnections);
  const [sent, setSent] = useState<
    (RecoveryLinkReply & { readonly send: string; readonly login: string | null }) | null
  >(null);
  const toSent = useSentText();
  const [isOff, setOff] = useState(false);
  const { send } = words;
  const submit = async (fields: FormData): Promise<void> => {
    setOff(false);
    setSent(null);
    const body = { send: String(fields.get('send')), language: String(fields.get('language')) };
    try {
      const who = readWho(fields);
      const made = await call(post<RecoveryLinkReply>('/v1/recoveries', { ...who, ...body }));
      setSent({ ...made, send: body.send, login: who.login ?? null });
    } catch (thrown) {
      if (!(thrown instanceof Refusal && thrown.code === 'not_found')) throw thrown;
      setOff(true);
    }
  };
  const until = sent === null ? '' : instant(sent.expiresAt);
  return (
    <Section heading={send.heading} intro={send.intro}>
      <OutboxNote />
      {sent !== null &&
        (sent.url === null ? (
          <Done>
            {sent.login !== null && (
              <>
                <bdi>{sent.login}</bdi>:{' '}
              </>
            )}
            {toSent(send.sent({ until }), sent.send)}
          </Done>
        ) : (
          <ShownOnce
            label={sent.login === null ? send.link : `${send.link}: ${sent.login}`}
            value={sent.url}
            note={send.linkNote({ until })}
          />
        ))}
      {sent?.isEnrolled === false && <Note tone="warn">{send.notEnrolled}</Note>}
      {isOff && <Note tone="bad">{send.off}</Note>}
      <Await loaded={listed}>
        {({ connections }) =>
          connections.some(({ id, recovery }) => recovery !== 'off' && (parameter === null || parameter === id)) ? (
            <ActForm submit={send.submit} onSubmit={submit}>
              <PersonFields isOffered={({ recovery }) => recovery !== 'off'} />
              <SendFields />
            </ActForm>
          ) : (
            <Note>{send.off}</Note>
          )
        }
      </Await>
    </Section>
  );
}
