import { useMay } from '../../frame/acting.js';
import { useParameters } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { ledgerMessages } from '../../ledger/ledger-messages.js';
import { Find } from './find.js';
import { List } from './list.js';
import { Person } from './person.js';

export const people = defineScreen(
  {
    en: async () => ({ ...(await import('./messages/en.js')).en, ledger: await ledgerMessages.en() }),
    de: async () => ({ ...(await import('./messages/de.js')).de, ledger: await ledgerMessages.de() }),
    es: async () => ({ ...(await import('./messages/es.js')).es, ledger: await ledgerMessages.es() }),
    fr: async () => ({ ...(await import('./messages/fr.js')).fr, ledger: await ledgerMessages.fr() }),
    ar: async () => ({ ...(await import('./messages/ar.js')).ar, ledger: await ledgerMessages.ar() }),
  },
  function People({ words, rest }) {
    const [connection, subject] = rest;
    const given = useParameters();
    const mayList = useMay('audit');
    if (connection !== undefined && subject !== undefined)
      return <Person key={`${connection} ${subject}`} who={{ connection, subject }} words={words} />;
    const text = given.get('find');
    return (
      <>
        <h1>{words.heading}</h1>
        <Find text={text} words={words} />
        {text === null && mayList && <List given={given} words={words} />}
      </>
    );
  },
);
