import { useState } from 'react';
import type { BackupReply, JobsReply, TrailReply } from '../../../../src/admin/replies/operations.js';
import type { RetriedReply, UndeliveredReply } from '../../../../src/security-events/undelivered-replies.js';
import { useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { get, post, Refusal } from '../../frame/call.js';
import { textIn, useFormats, useWords } from '../../frame/words.js';
import { ActForm } from '../../parts/form.js';
import { Facts, ServerText } from '../../parts/server-text.js';
import { Await, Done, Empty, Note, Problem, Progress, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { Keys } from './keys.js';
import { defineScreen, useTexts } from './texts.js';

function Backup() {
  const words = useTexts().backup;
  const { ago, instant, number, size } = useFormats();
  const found = useLoaded(get<BackupReply>('/v1/backup'));
  return (
    <Section heading={words.heading}>
      <Await loaded={found}>
        {({ last }) =>
          last === null ? (
            <Empty>{words.none}</Empty>
          ) : (
            <Facts
              rows={[
                [words.made, `${ago(last.madeAt)} (${instant(last.madeAt)})`],
                [words.checked, instant(last.checkedAt)],
                [words.content, words.files({ count: number(last.files), size: size(last.bytes) })],
                [words.keys, last.hasKeys ? words.included : words.left],
                [words.state, last.hasState ? words.included : words.leftState],
              ]}
            />
          )
        }
      </Await>
    </Section>
  );
}

type Job = JobsReply['jobs'][number];

/** Returns true if a job failed, or has never run although a job that is due less often has. */
const isFailing = ({ last, everySec }: Job, all: readonly Job[]): boolean =>
  last === null ? all.some((other) => other.last !== null && other.everySec > everySec) : last.code !== null;

/** Shows the failing background jobs of the replica that answers the request. Jobs of a newer server have no text. */
function Jobs() {
  const words = useTexts().jobs;
  const { ago } = useFormats();
  const { problems } = useWords();
  const jobs = useLoaded(get<JobsReply>('/v1/jobs'));
  const resultOf = ({ last }: Job) =>
    last?.code == null ? words.never : (textIn(problems, last.code) ?? <code>{last.code}</code>);
  return (
    <Await loaded={jobs}>
      {({ jobs: all }) => {
        const rows = all.filter((job) => isFailing(job, all));
        if (rows.length === 0) return null;
        return (
          <Section heading={words.heading} intro={words.intro}>
            <Table
              caption={words.heading}
              rows={rows}
              keyOf={({ name }) => name}
              empty=""
              headings={words.columns}
              columns={[
                { id: 'job', isRowHeading: true, cell: ({ name }) => textIn(words.names, name) ?? name },
                { id: 'last', cell: ({ last }) => (last === null ? '–' : ago(last.endedAt)) },
                { id: 'result', cell: resultOf },
              ]}
            />
          </Section>
        );
      }}
    </Await>
  );
}

const retriedAtOnce = 10;

/** Shows the events that this replica has given up, and sends the newest of its own again. */
function Undelivered() {
  const words = useTexts().undelivered;
  const { call } = useSessionActions();
  const { instant, number } = useFormats();
  const listed = useLoaded(get<UndeliveredReply>('/v1/events/undelivered'));
  const [retried, setRetried] = useState<RetriedReply['events'] | null>(null);
  const failures = retried?.flatMap(({ reason }) => reason ?? []) ?? [];
  const nextOf = (events: UndeliveredReply['events']): readonly string[] =>
    events.flatMap(({ id, canRetry }) => (canRetry ? [id] : [])).slice(0, retriedAtOnce);
  return (
    <Section heading={words.heading}>
      <p>{words.intro}</p>
      <Await loaded={listed}>
        {({ events, total }) => (
          <>
            <Table
              caption={words.heading}
              rows={events}
              keyOf={({ id }) => id}
              empty={words.none}
              headings={words.columns}
              columns={[
                { id: 'time', isRowHeading: true, cell: ({ time }) => instant(time) },
                { id: 'receiver', cell: ({ receiver }) => <bdi>{receiver}</bdi> },
                { id: 'event', cell: ({ event }) => <code>{event}</code> },
                { id: 'reason', isWide: true, cell: ({ reason }) => <ServerText>{reason}</ServerText> },
              ]}
            />
            {total > events.length && <p className="fine soft">{words.total({ count: number(total) })}</p>}
            {retried !== null && failures.length === 0 && <Done>{words.sent({ count: number(retried.length) })}</Done>}
            {failures.length > 0 && (
              <Note tone="warn">
                {words.failed({ count: number(failures.length) })}{' '}
                <ServerText>{[...new Set(failures)].join('; ')}</ServerText>
              </Note>
            )}
            {nextOf(events).length > 0 && (
              <ActForm
                submit={words.retry({ count: number(nextOf(events).length) })}
                onSubmit={async () => {
                  const retrying = post<RetriedReply>('/v1/events/undelivered/retry', { ids: nextOf(events) });
                  setRetried((await call({ ...retrying, withinMs: 90_000 })).events);
                  listed.reload();
                }}
              />
            )}
          </>
        )}
      </Await>
    </Section>
  );
}

function Trail() {
  const words = useTexts().audit;
  const { call } = useSessionActions();
  const { ago, instant } = useFormats();
  const mayVerify = useMay('audit');
  const trail = useLoaded(
    get<TrailReply>('/v1/audit/verification'),
    ({ verification }) => verification?.state === 'under_way' && 1000,
  );
  return (
    <Section heading={words.heading}>
      <Await loaded={trail}>
        {({ verification, head: { signedAt, waitingSec } }) => (
          <>
            {waitingSec >= 60 && (
              <p className="note warn">
                {words.waiting({ since: ago(new Date(Date.now() - waitingSec * 1000).toISOString()) })}
              </p>
            )}
            <Facts
              rows={[
                [words.head, signedAt === null ? words.neverSigned : `${ago(signedAt)} (${instant(signedAt)})`],
                [words.last, verification === null ? words.never : instant(verification.startedAt)],
                [words.by, verification === null ? null : verification.by],
              ]}
            />
            {verification !== null && <Outcome verification={verification} />}
            {mayVerify && verification?.state !== 'under_way' && (
              <ActForm
                submit={words.verify}
                onSubmit={() => call(post<TrailReply>('/v1/audit/verify')).then(trail.reload)}
              />
            )}
          </>
        )}
      </Await>
    </Section>
  );
}

function Outcome({ verification }: { readonly verification: NonNullable<TrailReply['verification']> }) {
  const words = useTexts().audit;
  const { number, size } = useFormats();
  const { state, outcome, failed, bytesRead, bytesInAll } = verification;
  const tampering = outcome?.tampering ?? null;
  switch (state) {
    case 'under_way':
      return (
        <Progress
          label={words.progress}
          text={words.read({ read: size(bytesRead), all: size(bytesInAll) })}
          value={bytesRead}
          most={bytesInAll}
        />
      );
    case 'sound':
      return (
        <Done>
          {outcome !== null &&
            words.sound({ first: number(outcome.firstSequence), last: number(outcome.lastSequence) })}{' '}
          {outcome !== null && words.heads({ count: number(outcome.heads) })}
        </Done>
      );
    case 'unsound':
      return (
        <div className="note bad" role="alert">
          <p>{tampering === null ? words.headsWrong : words.tampered[tampering.kind]}</p>
          {tampering !== null && (
            <p>
              {words.record({ sequence: number(tampering.sequence) })}{' '}
              {tampering.file !== null &&
                tampering.line !== null &&
                words.place({ file: tampering.file, line: number(tampering.line) })}
            </p>
          )}
          <p>{words.unsound}</p>
        </div>
      );
    case 'failed':
      return (
        <>
          <p>{words.failed}</p>
          <Problem refusal={new Refusal(failed ?? 'unreadable', null)} />
        </>
      );
    case 'broken_off':
      return <p className="note warn">{words.brokenOff}</p>;
  }
}

export const screen = defineScreen(function Operations() {
  const words = useTexts();
  const mayOperate = useMay('operate');
  return (
    <>
      <h1>{words.heading}</h1>
      <Trail />
      <Backup />
      <Keys />
      <Jobs />
      {mayOperate && <Undelivered />}
    </>
  );
});
