import { useActing, useMay } from '../../frame/acting.js';
import { screenFor, type ToDo, useOpenWork } from '../../frame/open-work.js';
import { addressOf, goTo, Link } from '../../frame/router.js';
import { textIn, useFormats, useWords } from '../../frame/words.js';
import { ActForm, Field } from '../../parts/form.js';
import { Await, Section } from '../../parts/state.js';
import { maySee, screens } from '../../screens.js';
import { Connections } from './connections.js';
import { defineScreen, useTexts } from './texts.js';

export const home = defineScreen(function Home() {
  const words = useTexts();
  const frame = useWords();
  const mayView = useMay('view');
  const { session } = useActing();
  return (
    <>
      <h1>{words.heading}</h1>
      {mayView ? (
        <>
          <div className="find">
            {' '}
            <ActForm submit={words.find.submit} onSubmit={async (fields) => goTo(addressOf('/people', fields))}>
              <Field
                name="find"
                type="search"
                label={words.find.label}
                hint={words.find.hint}
                isRequired
                maxLength={256}
              />
            </ActForm>
          </div>
          <ToDoList />
          <Connections />
        </>
      ) : (
        <ul className="cards">
          {screens
            .filter((row) => row.path !== '' && maySee(row, session))
            .map(({ id, path }) => (
              <li key={id}>
                <h2>
                  <Link to={path}>{frame.screens[id]}</Link>
                </h2>
                {id === 'mine' && <p>{words.mine}</p>}
              </li>
            ))}
        </ul>
      )}
    </>
  );
});

export function ToDoList() {
  const words = useTexts();
  const loaded = useOpenWork();
  const { toDo } = words;
  if (loaded === null) return null;
  return (
    <Section heading={toDo.heading}>
      <Await loaded={loaded}>
        {({ items }) => (
          <>
            {items.length === 0 && <p className="note good">{toDo.nothing}</p>}
            <ul className="to-do">
              {items.map((item) => (
                <li
                  key={`${item.code} ${item.connection} ${item.words}`}
                  className={item.urgency === 'now' ? 'note bad' : 'note warn'}
                >
                  <strong>{toDo.urgency[item.urgency]}</strong> <Task item={item} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Await>
    </Section>
  );
}

function Task({ item }: { readonly item: ToDo }) {
  const { session } = useActing();
  const screen = screens.find(({ id }) => id === screenFor(item));
  const text = <TaskText item={item} />;
  if (screen === undefined || !maySee(screen, session)) return text;
  const part =
    item.connection !== null
      ? `/${encodeURIComponent(item.connection)}`
      : { help_desk: '/requests', approvals: '/bypass-codes' }[String(item.where)];
  return <Link to={`${screen.path}${part ?? ''}`}>{text}</Link>;
}

/** Shows an unknown task of a newer server in the server's words. */
function TaskText({ item }: { readonly item: ToDo }) {
  const { toDo } = useTexts();
  const { number } = useFormats();
  const told: string | ((v: { readonly count: string }) => string) = textIn(toDo.codes, item.code) ?? item.words;
  const about = item.connection ?? item.about;
  return (
    <span>
      {about !== null && (
        <>
          <bdi>{about}</bdi>:{' '}
        </>
      )}
      {typeof told === 'string' ? told : told({ count: number(item.count) })}
    </span>
  );
}
