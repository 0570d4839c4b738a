import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { useFormats, useWords } from '../../frame/words.js';
import { Await, Empty } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import type { PersonWords } from './messages/person-words.js';
import { exportPerson, type Held } from './requests.js';

interface Props {
  readonly login: string;
  readonly words: PersonWords;
}

/** What is held of a person. To look is recorded, so it is asked for first. */
export function HeldOf({ login, words }: Props) {
  const mayRead = useMay('audit');
  const [isWanted, setWanted] = useState(false);
  if (!mayRead) return null;
  return (
    <section>
      <h2>{words.held.heading}</h2>
      {isWanted ? (
        <Shown login={login} words={words} />
      ) : (
        <>
          <p className="soft">{words.held.isRecorded}</p>
          <Button className="button quiet" onPress={() => setWanted(true)}>
            {words.held.show}
          </Button>
        </>
      )}
    </section>
  );
}

function Shown({ login, words }: Props) {
  const { session } = useActing();
  const { problems } = useWords();
  const exported = useLoaded(exportPerson(login));
  const textOf = (code: string): string =>
    Object.entries(problems).find(([name]) => name === code)?.[1] ?? problems.general;
  return (
    <Await loaded={exported}>
      {({ subjects }) => (
        <>
          {subjects.length === 0 && <Empty>{words.held.nobody}</Empty>}
          {subjects.map(({ connection, code, held }) => (
            <article key={connection}>
              <h3>
                <bdi>{connection}</bdi>
              </h3>
              {held === null ? <Empty>{textOf(code ?? 'subject_unknown')}</Empty> : <Facts held={held} words={words} />}
            </article>
          ))}
          <p>
            <a
              className="button quiet"
              download="facestep-export.json"
              href={`data:application/json,${encodeURIComponent(JSON.stringify({ by: session.name, subjects }, null, 2))}`}
            >
              {words.held.save}
            </a>
          </p>
        </>
      )}
    </Await>
  );
}

function Facts({ held, words: { held: words } }: { readonly held: Held; readonly words: PersonWords }) {
  const { instant, number } = useFormats();
  const { enrolment, consent, passkey, attempts, attemptsOfOutsiders, passedStepUp, records } = held;
  const until = [attempts, attemptsOfOutsiders]
    .flatMap(({ lockedUntil }) => lockedUntil ?? [])
    .toSorted()
    .at(-1);
  const lasts = (expiresAt: string | null): string =>
    expiresAt === null ? words.withoutEnd : words.until(instant(expiresAt));
  const facts = [
    [
      words.enrolment,
      enrolment === null
        ? words.none
        : enrolment.revoked
          ? words.ended
          : `${words.level(number(enrolment.accuracy))} ${lasts(enrolment.expiresAt)}`,
    ],
    [
      words.consent,
      consent === null
        ? words.none
        : consent.withdrawnAt === null
          ? words.since(instant(consent.givenAt))
          : words.withdrawn(instant(consent.withdrawnAt)),
    ],
    [words.passkey, passkey === null ? words.none : lasts(passkey.expiresAt)],
    [words.lockout, until === undefined ? words.none : words.until(instant(until))],
    [words.failures, number(attempts.failures)],
    [words.lastPass, passedStepUp === null ? words.none : instant(passedStepUp.passedAt)],
  ] as const;
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Table
        caption={words.records}
        rows={records.map((record, at) => ({ ...record, at }))}
        keyOf={({ at }) => String(at)}
        empty={words.noRecords}
        columns={[
          { id: 'time', heading: words.time, isRowHeading: true, cell: ({ time }) => instant(time) },
          { id: 'action', heading: words.action, cell: ({ action }) => <code>{action}</code> },
        ]}
      />
    </>
  );
}
