import { useEffect, useState } from 'react';
import { useLoaded, useMay, usePages, useSessionActions } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { Checks } from '../../ledger/checks.js';
import { useConnectionOf } from '../../ledger/enrolled-note.js';
import { isNameless, nameOf, useNames } from '../../ledger/names.js';
import { keyOf, listChecksOf, type Person as PersonState, readPerson, type Who } from '../../ledger/requests.js';
import { Facts } from '../../parts/server-text.js';
import { Await, Empty, Note, QuietButton, Section, useProblemText } from '../../parts/state.js';
import { Actions } from './actions.js';
import { Diagnosis } from './diagnosis.js';
import { exportPerson, type Held, useTexts } from './requests.js';

interface Props {
  readonly who: Who;
}

/** Time after which the log has the entry of an action. */
const loggedAfterMs = 1000;

export function Person({ who }: Props) {
  const words = useTexts();
  const named = useNames([who]).get(keyOf(who));
  const name = nameOf(who, named);
  const loaded = useLoaded(readPerson(who));
  const { isLoading, connection, isTest: isOfTests } = useConnectionOf(who);
  const isTest = isOfTests && !isNameless(named);
  const [changed, setChanged] = useState<PersonState | null>(null);
  // This number changes after each action, which loads the data again.
  const [changes, setChanges] = useState(0);
  const checks = usePages(
    (cursor) => listChecksOf(who, cursor),
    ({ checks: rows }) => rows,
  );
  useEffect(() => {
    if (changes === 0) return;
    const timer = window.setTimeout(checks.poll, loggedAfterMs);
    return () => window.clearTimeout(timer);
  }, [changes]);
  return (
    <>
      <p>
        <Link to="/people">{words.find.another}</Link>
      </p>
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {named?.name != null && (
        <p className="soft">
          <bdi>{named.name}</bdi>
        </p>
      )}
      <Await loaded={loaded}>
        {({ person }) => (
          <>
            {isTest && <Note>{words.ledger.enrolledNote.test}</Note>}
            {!isTest && !isLoading && <Diagnosis person={changed ?? person} name={named} checks={checks} />}
            {!isTest && !isLoading && person.level !== null && (
              <Actions
                who={who}
                connection={connection}
                name={named?.name ?? name}
                person={changed ?? person}
                canInvite={person.status !== 'none' || !isNameless(named)}
                onChanged={(after) => {
                  setChanged(after ?? changed);
                  setChanges(changes + 1);
                }}
              />
            )}
            <Enrolment who={who} person={changed ?? person} />
          </>
        )}
      </Await>
      <Section heading={words.timeline.heading}>
        <Checks
          paged={checks}
          caption={words.timeline.heading}
          empty={words.timeline.empty}
          filter={null}
          words={words.ledger}
        />
      </Section>
      <HeldOf key={`held ${changes}`} who={who} />
    </>
  );
}

function Enrolment({ who, person: is }: Props & { readonly person: PersonState }) {
  const words = useTexts();
  const { instant } = useFormats();
  const { person, list, ledger, held } = words;
  const { status, enrolledAt, expiresAt, endedAt, lastCheck, lastCheckAt, lockedUntil } = is;
  // The index has the last check only of people with an enrolment.
  const unchecked = status === 'none' ? null : list.never;
  const timeOr = (time: string | null, other: string): string => (time === null ? other : instant(time));
  return (
    <Facts
      rows={[
        [ledger.connection, who.connection],
        [list.id, who.subject],
        [person.enrolment, words.statuses[status]],
        [list.since, enrolledAt === null ? null : instant(enrolledAt)],
        [person.until, enrolledAt === null ? null : timeOr(expiresAt, held.withoutEnd)],
        [person.endedAt, endedAt === null ? null : instant(endedAt)],
        [list.lastCheck, lastCheck === null ? unchecked : `${timeOr(lastCheckAt, '')} ${ledger.outcomes[lastCheck]}`],
        [person.lockout, lockedUntil === null ? held.none : held.until({ time: instant(lockedUntil) })],
      ]}
    />
  );
}

/** Shows a user's stored data only on request, because viewing is logged. */
export function HeldOf({ who }: Props) {
  const words = useTexts();
  const mayRead = useMay('audit');
  const [isWanted, setWanted] = useState(false);
  if (!mayRead) return null;
  return (
    <Section heading={words.held.heading}>
      {isWanted ? (
        <Shown who={who} />
      ) : (
        <>
          <p className="soft">{words.held.isRecorded}</p>
          <QuietButton onPress={() => setWanted(true)}>{words.held.show}</QuietButton>
        </>
      )}
    </Section>
  );
}

function Shown({ who }: Props) {
  const words = useTexts();
  const { session } = useSessionActions();
  const exported = useLoaded(exportPerson(who));
  const textOf = useProblemText();
  return (
    <Await loaded={exported}>
      {({ subjects }) => (
        <>
          {subjects.map(({ connection, code, held }) =>
            held === null ? (
              <Empty key={connection}>{textOf(code ?? 'subject_unknown')}</Empty>
            ) : (
              <HeldFacts key={connection} held={held} />
            ),
          )}
          <p>
            <a
              className="button quiet"
              download="facestep-export.json"
              href={`data:application/json,${encodeURIComponent(JSON.stringify({ by: session.recordedName, subjects }, null, 2))}`}
            >
              {words.held.save}
            </a>
          </p>
        </>
      )}
    </Await>
  );
}

function HeldFacts({ held }: { readonly held: Held }) {
  const { held: words } = useTexts();
  const { instant, number } = useFormats();
  const { consent, passkey, attempts, passedStepUp } = held;
  const facts = [
    [
      words.consent,
      consent === null
        ? words.none
        : consent.withdrawnAt === null
          ? words.since({ time: instant(consent.givenAt) })
          : words.withdrawn({ time: instant(consent.withdrawnAt) }),
    ],
    [
      words.passkey,
      passkey === null
        ? words.none
        : passkey.expiresAt === null
          ? words.withoutEnd
          : words.until({ time: instant(passkey.expiresAt) }),
    ],
    [words.failures, number(attempts.failures)],
    [words.lastPass, passedStepUp === null ? words.none : instant(passedStepUp.passedAt)],
  ] as const;
  return <Facts rows={facts} />;
}
