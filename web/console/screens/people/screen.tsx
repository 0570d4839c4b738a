import { useEffect } from 'react';
import { useLoaded, useMay } from '../../frame/acting.js';
import { addressOf, Link, navigate, useParameters } from '../../frame/router.js';
import { nameIn, nameOf, pathOf, toPersonColumn } from '../../ledger/names.js';
import { type FoundPerson, findPeople, keyOf, listConnections } from '../../ledger/requests.js';
import { ActForm, Field } from '../../parts/form.js';
import { Await, Problem, QuietButton, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { InvitationLink, useInvitation } from './actions.js';
import { List } from './list.js';
import { Person } from './person.js';
import { defineScreen, useTexts } from './requests.js';

function Find({ text }: { readonly text: string | null }) {
  const { find } = useTexts();
  return (
    <>
      <ActForm key={text} submit={find.submit} onSubmit={async (fields) => navigate(addressOf('/people', fields))}>
        <Field
          name="find"
          type="search"
          label={find.label}
          hint={find.hint}
          isRequired
          maxLength={256}
          initial={text ?? undefined}
        />
      </ActForm>
      {text !== null && <Found text={text} />}
    </>
  );
}

const mostFound = 20;

function Found({ text }: { readonly text: string }) {
  const { find, ledger } = useTexts();
  const loaded = useLoaded(findPeople(text));
  const found = loaded.value;
  const only = found?.people.length === 1 && found.unasked.length === 0 ? found.people[0] : undefined;
  useEffect(() => {
    if (only !== undefined) navigate(pathOf(only), true);
  }, [only]);
  return (
    <Section heading={find.found}>
      <Await loaded={loaded}>
        {({ people, unasked, busy, answered }) => (
          <>
            {unasked.length > 0 && <p className="note warn">{ledger.unasked({ connections: unasked.join(', ') })}</p>}
            {busy.length > 0 && <p className="note warn">{find.busy({ connections: busy.join(', ') })}</p>}
            {people.length >= mostFound && <p className="note">{find.more}</p>}
            <FoundPeople
              people={people}
              empty={unasked.length === 0 ? find.nobody : answered.length === 0 ? find.noAnswer : find.noneAnswered}
            />
          </>
        )}
      </Await>
      <p>
        <Link to="/people">{find.back}</Link>
      </p>
    </Section>
  );
}

function FoundPeople({ people, empty }: { readonly people: readonly FoundPerson[]; readonly empty: string }) {
  const { find, list, ledger, invite, statuses } = useTexts();
  const mayAssist = useMay('assist');
  const invitation = useInvitation();
  const names = new Map(people.map((each) => [keyOf(each), each]));
  const listed = useLoaded(listConnections);
  // Test people are never enrolled.
  const invitable = listed.value?.connections.filter(({ kind }) => kind !== 'memory').map(({ id }) => id) ?? [];
  const canInvite = ({ status, connection }: FoundPerson): boolean =>
    mayAssist && status === 'none' && invitable.includes(connection);
  return (
    <>
      {invitation.refusal !== null && <Problem refusal={invitation.refusal} />}
      {invitation.made !== null && <InvitationLink made={invitation.made} about={nameIn(names, invitation.made.who)} />}
      <Table
        caption={find.found}
        rows={people}
        keyOf={keyOf}
        empty={empty}
        columns={[
          { ...toPersonColumn<FoundPerson>(list.name, names, (each) => each, true), id: 'name' },
          { id: 'email', heading: list.email, cell: ({ email }) => <bdi>{email ?? '–'}</bdi> },
          { id: 'connection', heading: ledger.connection, cell: ({ connection }) => <bdi>{connection}</bdi> },
          { id: 'status', heading: list.status, cell: ({ status }) => statuses[status] },
          people.some(canInvite) && {
            id: 'invite',
            heading: invite.heading,
            cell: (each: FoundPerson) =>
              canInvite(each) ? (
                <QuietButton
                  aria-label={`${invite.heading}: ${nameOf(each, each)}`}
                  onPress={() => invitation.make(each)}
                >
                  {invite.heading}
                </QuietButton>
              ) : (
                '–'
              ),
          },
        ]}
      />
    </>
  );
}

export const screen = defineScreen(function People({ rest }) {
  const words = useTexts();
  const [connection, subject] = rest;
  const parameters = useParameters();
  const mayList = useMay('audit');
  if (connection !== undefined && subject !== undefined)
    return <Person key={`${connection} ${subject}`} who={{ connection, subject }} />;
  const text = parameters.get('find');
  return (
    <>
      <h1>{words.heading}</h1>
      <Find text={text} />
      {text === null && mayList && <List parameters={parameters} />}
    </>
  );
});
