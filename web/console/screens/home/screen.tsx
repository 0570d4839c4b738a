import { useMay } from '../../frame/acting.js';
import { addressOf, goTo, Link } from '../../frame/router.js';
import { useWords } from '../../frame/words.js';
import { ActForm, Field } from '../../parts/form.js';
import { Connections } from './connections.js';
import { defineScreen, useTexts } from './texts.js';
import { ToDoList } from './to-do-list.js';

export const home = defineScreen(function Home() {
  const words = useTexts();
  const frame = useWords();
  const mayView = useMay('view');
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
          <li>
            <h2>
              <Link to="/my-applications">{frame.screens.mine}</Link>
            </h2>
            <p>{words.mine}</p>
          </li>
        </ul>
      )}
    </>
  );
});
