import { useState } from 'react';
import type {
  BegunVouchingReply,
  CallerPinReply,
  HelpRequestReply,
  HelpRequestsReply,
  VouchingReply,
} from '../../../../src/help-desk/replies.js';
import { useAction, useLoaded, usePages, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { Link, useParameter } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { addressFor } from '../../ledger/names.js';
import { listConnections } from '../../ledger/requests.js';
import { ActForm, Field, Select, toOptions } from '../../parts/form.js';
import { Facts } from '../../parts/server-text.js';
import { Lines, ShownOnce } from '../../parts/shown-once.js';
import { Await, Empty, Note, OutboxNote, Problem, QuietButton, Section, useSentText } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { BypassCodes } from './bypass-codes.js';
import { type Offered, PersonFields, readWho, SendFields, useNames, WithConnection } from './person.js';
import { Recoveries } from './recoveries.js';
import { defineScreen, useTexts } from './texts.js';
import { Verified } from './verified.js';

const listHelpRequests = (cursor: string | null) =>
  get<HelpRequestsReply>('/v1/help-desk/requests', { limit: 100, cursor: cursor ?? undefined });

const settlements = ['vouching', 'bypass', 'invitation', 'none'] as const;

const openFirst = (rows: readonly HelpRequestReply[]): readonly HelpRequestReply[] =>
  rows.toSorted((one, other) => Number(one.takenBy !== null) - Number(other.takenBy !== null));

function Queue() {
  const { queue } = useTexts();
  const { call, session } = useSessionActions();
  const { instant } = useFormats();
  const paged = usePages(listHelpRequests, ({ requests }) => requests);
  const nameOf = useNames(paged.rows);
  const listed = useLoaded(listConnections);
  const isOff =
    listed.value?.connections.some(({ policy: { settings } }) =>
      settings.some(({ setting, value }) => setting === 'helpRequests' && value === 'true'),
    ) === false;
  const { refusal, run } = useAction();
  const { columns } = queue;
  const take = (id: string): void =>
    void run(() => call(post(`/v1/help-desk/requests/${id}/take`)).finally(paged.reload));
  return (
    <Section heading={queue.heading} intro={queue.intro}>
      <p>
        <QuietButton onPress={paged.reload}>{queue.refresh}</QuietButton>
      </p>
      {refusal !== null && <Problem refusal={refusal} />}
      <PagedTable
        paged={{ ...paged, rows: openFirst(paged.rows) }}
        caption={queue.heading}
        keyOf={({ id }) => id}
        empty={isOff ? queue.off : queue.none}
        headings={columns}
        columns={[
          { id: 'person', isRowHeading: true, cell: (row) => <bdi>{nameOf(row)}</bdi> },
          { id: 'connection', cell: ({ connection }) => <bdi>{connection}</bdi> },
          { id: 'reason', cell: ({ reason }) => queue.reasons[reason] },
          { id: 'note', cell: ({ note }) => (note === '' ? queue.noNote : <bdi>{note}</bdi>) },
          { id: 'at', cell: ({ at }) => instant(at) },
          {
            id: 'actions',
            cell: (row) =>
              row.takenBy === null ? (
                <QuietButton aria-label={`${queue.take}: ${nameOf(row)}`} onPress={() => take(row.id)}>
                  {queue.take}
                </QuietButton>
              ) : row.takenBy === session.recordedName ? (
                <Taken request={row} name={nameOf(row)} onSettled={paged.reload} />
              ) : (
                queue.takenBy({ name: row.takenBy })
              ),
          },
        ]}
      />
    </Section>
  );
}

function Taken({
  request,
  name,
  onSettled,
}: {
  readonly request: HelpRequestReply;
  readonly name: string;
  readonly onSettled: () => void;
}) {
  const { queue, parts } = useTexts();
  const { call } = useSessionActions();
  const { settle } = queue;
  return (
    <>
      <div className="actions">
        <Link to={addressFor('/help-desk', request)}>{parts.calls}</Link>
        <Link to={addressFor('/help-desk/bypass-codes', request)}>{parts.codes}</Link>
      </div>
      <ActForm
        submit={settle.submit}
        onSubmit={(fields) => {
          const settled = { settlement: String(fields.get('settlement')) };
          return call(post(`/v1/help-desk/requests/${request.id}/settle`, settled)).then(onSettled);
        }}
      >
        <Select
          name="settlement"
          label={settle.by({ name })}
          hint={settle.hint}
          choose={settle.choose}
          options={toOptions(settle.ways, settlements)}
        />
      </ActForm>
    </>
  );
}

/** Caller verification: a face check on the caller's device, bound to the call by a spoken number. */
function Vouching() {
  const [begun, setBegun] = useState<Begun | null>(null);
  if (begun === null)
    return (
      <>
        <Ask onBegun={setBegun} />
        <PinCheck />
      </>
    );
  return <Follow key={begun.id} begun={begun} onOver={() => setBegun(null)} />;
}

interface Begun extends BegunVouchingReply {
  /** Channel of the link. */
  readonly send: string;
  readonly isToEnrol: boolean;
}

function Ask({ onBegun }: { readonly onBegun: (begun: Begun) => void }) {
  const { calls } = useTexts();
  const { call } = useSessionActions();
  return (
    <Section heading={calls.heading} intro={calls.intro}>
      <OutboxNote />
      <ActForm
        submit={calls.submit}
        onSubmit={async (fields) => {
          const purpose = String(fields.get('purpose'));
          const body = { send: String(fields.get('send')), language: String(fields.get('language')) };
          const request =
            purpose === 'check'
              ? post<BegunVouchingReply>('/v1/help-desk/vouchings', { ...readWho(fields), ...body })
              : post<BegunVouchingReply>('/v1/help-desk/enrolments', { ...readWho(fields), ...body, proof: purpose });
          onBegun({ ...(await call(request)), send: body.send, isToEnrol: purpose !== 'check' });
        }}
      >
        <PersonFields />
        <Select
          name="purpose"
          label={calls.purpose}
          options={toOptions(calls.purposes, ['check', 'in_person', 'vouched'])}
        />
        <SendFields />
      </ActForm>
    </Section>
  );
}

const hasOwnPages: Offered = ({ ownPage }) => ownPage !== null;

/** Identification of an unknown caller by the PIN of their own page. */
function PinCheck() {
  const { calls } = useTexts();
  const { pin } = calls;
  const { call } = useSessionActions();
  const { instant } = useFormats();
  const listed = useLoaded(listConnections);
  const named = useParameter('connection');
  const [found, setFound] = useState<CallerPinReply | null>(null);
  if (found !== null)
    return (
      <Section heading={pin.heading}>
        <p className="note good" role="status">
          {pin.identified({ time: instant(found.faceShownAt) })}
        </p>
        {found.enrolledAt !== null && <p className="note warn">{pin.enrolled({ time: instant(found.enrolledAt) })}</p>}
        <Person person={found.person} until={null} />
        <QuietButton onPress={() => setFound(null)}>{calls.another}</QuietButton>
      </Section>
    );
  return (
    <Section heading={pin.heading} intro={pin.intro}>
      <Await loaded={listed}>
        {({ connections }) =>
          connections.some(hasOwnPages) ? (
            <ActForm
              submit={pin.submit}
              onSubmit={async (fields) => {
                const body = { connection: String(fields.get('connection')), pin: String(fields.get('pin')) };
                setFound(await call(post<CallerPinReply>('/v1/help-desk/caller-pins', body)));
              }}
            >
              {connections.map(({ id, ownPage }) =>
                ownPage === null || (named !== null && named !== id) ? null : (
                  <Lines key={id} label={pin.address({ connection: id })} text={ownPage} />
                ),
              )}
              <WithConnection isOffered={hasOwnPages}>
                <Field name="pin" label={pin.label} hint={pin.hint} isRequired maxLength={20} />
              </WithConnection>
            </ActForm>
          ) : (
            <Empty>{pin.off}</Empty>
          )
        }
      </Await>
    </Section>
  );
}

/** Polling delays. Other states are final. */
const pauses: Partial<Record<VouchingReply['state'], number>> = {
  waiting: 2000,
  opened: 2000,
  checking: 2000,
  passed: 15_000,
};

function Follow({
  begun: { id, url, number, isEnrolled, isToEnrol, send },
  onOver,
}: {
  readonly begun: Begun;
  readonly onOver: () => void;
}) {
  const { calls } = useTexts();
  const toSent = useSentText();
  const loaded = useLoaded(post<VouchingReply>(`/v1/help-desk/vouchings/${id}`), ({ state }) => pauses[state]);
  const state = loaded.value?.state ?? 'waiting';
  const tone = state === 'passed' ? 'good' : state === 'refused' || state === 'failed' ? 'bad' : '';
  return (
    <Section heading={calls.heading}>
      {!isEnrolled && !isToEnrol && <Note tone="warn">{calls.notEnrolled}</Note>}
      {(state === 'waiting' || state === 'opened') && (
        <>
          <p>{calls.read}</p>
          <p className="spoken">
            <bdi dir="ltr">{number}</bdi>
          </p>
        </>
      )}
      {state === 'waiting' &&
        (url === null ? (
          <p>{toSent(calls.sent, send)}</p>
        ) : (
          <ShownOnce label={calls.link} value={url} note={calls.linkNote} />
        ))}
      {loaded.state === 'refused' ? (
        <Problem refusal={loaded.refusal} />
      ) : (
        <p className={`note ${tone}`} role="status">
          {calls.states[state]}
        </p>
      )}
      {loaded.value?.person != null && <Person person={loaded.value.person} until={loaded.value.until} />}
      <QuietButton onPress={onOver}>{calls.another}</QuietButton>
    </Section>
  );
}

/** Time that the identity is shown. */
const mostMinutes = 10;

function Person({
  person: { login, name, email, phone, connection, subject },
  until,
}: {
  readonly person: NonNullable<VouchingReply['person']>;
  readonly until: string | null;
}) {
  const words = useTexts().calls;
  const format = useFormats();
  // The remaining time is limited, because the clock of this device may be wrong.
  const left = until === null ? 0 : Math.ceil((Date.parse(until) - Date.now()) / 60_000);
  const { facts } = words;
  const rows: readonly (readonly [string, string | null])[] = [
    [facts.login, login],
    [facts.name, name],
    [facts.email, email],
    [facts.phone, phone],
    [facts.connection, connection],
    [facts.subject, subject],
  ];
  return (
    <>
      <Facts rows={rows.map(([name, value]) => [name, value ?? facts.none])} />
      <Verified who={{ connection, subject }} name={login} />
      {until !== null && (
        <p className="soft">
          {words.minutesLeft({ minutes: format.number(Math.min(mostMinutes, Math.max(1, left))) })}
        </p>
      )}
    </>
  );
}

const parts = [
  { place: '', name: 'calls', Part: Vouching },
  { place: '/bypass-codes', name: 'codes', Part: BypassCodes },
  { place: '/requests', name: 'requests', Part: Queue },
  { place: '/recoveries', name: 'recoveries', Part: Recoveries },
] as const;

export const screen = defineScreen(function HelpDesk({ rest: [part = ''] }) {
  const words = useTexts();
  const shown = parts.find(({ place }) => place === `/${part}`) ?? parts[0];
  return (
    <>
      <h1>{words.heading}</h1>
      <nav className="parts" aria-label={words.heading}>
        {parts.map((each) => (
          <Link key={each.name} to={`/help-desk${each.place}`} isCurrent={each === shown}>
            {words.parts[each.name]}
          </Link>
        ))}
      </nav>
      <shown.Part />
    </>
  );
});
