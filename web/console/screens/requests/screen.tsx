import { useState } from 'react';
import { usePages } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { useFormats } from '../../frame/words.js';
import { toNameColumn } from '../../parts/name-column.js';
import { PagedTable } from '../../parts/table.js';
import type { RequestWords } from './messages/requests-words.js';
import { OneRequest } from './request.js';
import { listRequests } from './requests.js';
import { TermsOfUse } from './terms.js';

export const requests = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Requests({ words, rest }) {
    const [id] = rest;
    if (id === undefined) return <Every words={words} />;
    return id === 'terms' ? <TermsOfUse words={words} /> : <OneRequest key={id} id={id} words={words} />;
  },
);

const shownStates = ['submitted', 'asked_back', 'approved', 'refused'] as const;

function Every({ words }: { readonly words: RequestWords }) {
  const { instant, number } = useFormats();
  const [state, setState] = useState<string>('submitted');
  const paged = usePages(
    (cursor) => listRequests(state === 'every' ? undefined : state, cursor),
    ({ requests: rows, cursor }) => ({ rows, cursor }),
  );
  const { facts, states } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p>
        <Link to="/requests/terms">{words.terms.heading}</Link>
      </p>
      <div className="form field">
        <label htmlFor="state">{facts.state}</label>
        <select id="state" value={state} onChange={({ target }) => setState(target.value)}>
          {shownStates.map((each) => (
            <option key={each} value={each}>
              {states[each]}
            </option>
          ))}
          <option value="every">{words.every}</option>
        </select>
      </div>
      <PagedTable
        paged={paged}
        caption={words.heading}
        keyOf={({ id }) => id}
        empty={words.none}
        columns={[
          toNameColumn(facts.name, '/requests'),
          { id: 'by', heading: facts.by, cell: ({ by }) => <bdi>{by}</bdi> },
          { id: 'state', heading: facts.state, cell: (row) => states[row.state] },
          { id: 'perDay', heading: facts.perDay, isNumber: true, cell: ({ perDay }) => number(perDay) },
          { id: 'changed', heading: facts.changed, cell: ({ changedAt }) => instant(changedAt) },
        ]}
      />
    </>
  );
}
