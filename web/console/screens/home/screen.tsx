import { useActing, useMay } from '../../frame/acting.js';
import { addressOf, goTo, Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { useWords } from '../../frame/words.js';
import { ActForm, Field } from '../../parts/form.js';
import { screens } from '../../screens.js';
import { Connections } from './connections.js';
import { ToDoList } from './to-do-list.js';

export const home = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Home({ words }) {
    const { session } = useActing();
    const frame = useWords();
    const mayView = useMay('view');
    const others = screens.filter(
      ({ id, rights }) => id !== 'home' && rights.some((right) => session.rights.includes(right)),
    );
    return (
      <>
        <h1>{words.heading}</h1>
        {mayView && (
          <>
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
            <ToDoList words={words} />
            <Connections words={words} />
          </>
        )}
        <section>
          <h2>{words.ways}</h2>
          <ul className="cards">
            {others.map(({ id, path }) => (
              <li key={id}>
                <h3>
                  <Link to={path}>{frame.screens[id]}</Link>
                </h3>
                <p>{words.about[id]}</p>
              </li>
            ))}
          </ul>
        </section>
      </>
    );
  },
);
