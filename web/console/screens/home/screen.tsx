import { useActing } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { useWords } from '../../frame/words.js';
import { screens } from '../../screens.js';

/** What whoever is signed in may do here. */
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
    const others = screens.filter(
      ({ id, rights }) => id !== 'home' && rights.some((right) => session.rights.includes(right)),
    );
    return (
      <>
        <h1>{words.heading}</h1>
        <ul className="cards">
          {others.map(({ id, path }) => (
            <li key={id}>
              <h2>
                <Link to={path}>{frame.screens[id]}</Link>
              </h2>
              <p>{words.about[id]}</p>
            </li>
          ))}
        </ul>
      </>
    );
  },
);
