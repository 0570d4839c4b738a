import { useMay } from '../../frame/acting.js';
import { addressOf, goTo, Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { useWords } from '../../frame/words.js';
import { ledgerMessages } from '../../ledger/ledger-messages.js';
import { ActForm, Field } from '../../parts/form.js';
import { Connections } from './connections.js';
import { ToDoList } from './to-do-list.js';

export const home = defineScreen(
  {
    en: async () => ({ ...(await import('./messages/en.js')).en, ledger: await ledgerMessages.en() }),
    de: async () => ({ ...(await import('./messages/de.js')).de, ledger: await ledgerMessages.de() }),
    es: async () => ({ ...(await import('./messages/es.js')).es, ledger: await ledgerMessages.es() }),
    fr: async () => ({ ...(await import('./messages/fr.js')).fr, ledger: await ledgerMessages.fr() }),
    ar: async () => ({ ...(await import('./messages/ar.js')).ar, ledger: await ledgerMessages.ar() }),
  },
  function Home({ words }) {
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
            <ToDoList words={words} />
            <Connections words={words} />
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
  },
);
