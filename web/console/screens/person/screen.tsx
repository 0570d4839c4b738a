import { useState } from 'react';
import { goTo, Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { ActForm, Field } from '../../parts/form.js';
import { Actions } from './actions.js';
import { HeldOf } from './held.js';

/** One person, by the name they sign in by: what is held of them, and what can be done for them. */
export const person = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Person({ words, rest }) {
    const [login] = rest;
    // What was done changes what is held.
    const [changes, setChanges] = useState(0);
    if (login === undefined)
      return (
        <>
          <h1>{words.heading}</h1>
          <ActForm
            submit={words.find.submit}
            onSubmit={async (fields) => goTo(`/person/${encodeURIComponent(String(fields.get('login')).trim())}`)}
          >
            <Field name="login" label={words.find.login} hint={words.find.hint} isRequired maxLength={256} />
          </ActForm>
        </>
      );
    return (
      <>
        <h1>
          <bdi>{login}</bdi>
        </h1>
        <p>
          <Link to="/person">{words.find.another}</Link>
        </p>
        <Actions key={login} login={login} words={words} onChanged={() => setChanges(changes + 1)} />
        <HeldOf key={`${login} ${changes}`} login={login} words={words} />
      </>
    );
  },
);
