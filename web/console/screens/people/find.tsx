import { useLoaded } from '../../frame/acting.js';
import { addressOf, goTo, Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { PersonLink } from '../../ledger/names.js';
import { findPeople, keyOf } from '../../ledger/requests.js';
import { ActForm, Field } from '../../parts/form.js';
import { Await } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import type { PeopleWords } from './messages/people-words.js';

/** Finds a person at every provider. @param text - that was looked for; `null`: nothing yet */
export function Find({ text, words }: { readonly text: string | null; readonly words: PeopleWords }) {
  const { find } = words;
  return (
    <>
      <ActForm key={text} submit={find.submit} onSubmit={async (fields) => goTo(addressOf('/people', fields))}>
        <Field
          name="find"
          type="search"
          label={find.label}
          hint={find.hint}
          isRequired
          maxLength={256}
          {...(text === null ? {} : { initial: text })}
        />
      </ActForm>
      {text !== null && <Found text={text} words={words} />}
    </>
  );
}

function Found({ text, words }: { readonly text: string; readonly words: PeopleWords }) {
  const { number } = useFormats();
  const loaded = useLoaded(findPeople(text));
  const { find, list, ledger } = words;
  return (
    <section>
      <h2>{find.found}</h2>
      <Await loaded={loaded}>
        {({ people, unasked }) => (
          <>
            {unasked.length > 0 && <p className="note warn">{ledger.unasked(unasked.join(', '))}</p>}
            <Table
              caption={find.found}
              rows={people}
              keyOf={keyOf}
              empty={find.nobody}
              columns={[
                {
                  id: 'name',
                  heading: list.name,
                  isRowHeading: true,
                  cell: (each) => <PersonLink who={each} name={each} />,
                },
                { id: 'email', heading: list.email, cell: ({ email }) => <bdi>{email ?? '–'}</bdi> },
                { id: 'id', heading: list.id, cell: ({ subject }) => <code>{subject}</code> },
                { id: 'connection', heading: ledger.connection, cell: ({ connection }) => <bdi>{connection}</bdi> },
                { id: 'status', heading: list.status, cell: ({ status }) => words.statuses[status] },
                {
                  id: 'level',
                  heading: list.level,
                  isNumber: true,
                  cell: ({ level }) => (level === null ? '–' : number(level)),
                },
              ]}
            />
          </>
        )}
      </Await>
      <p>
        <Link to="/people">{find.back}</Link>
      </p>
    </section>
  );
}
