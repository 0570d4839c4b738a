import { useState } from 'react';
import { usePages } from '../../../../../web/console/frame/acting.js';
import { Link } from '../../../../../web/console/frame/router.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { Choice } from '../../../../../web/console/parts/form.js';
import { PagedTable, toNameColumn } from '../../../../../web/console/parts/table.js';
import { OneRequest } from './request.js';
import { listRequests } from './requests.js';
import { TermsOfUse } from './terms.js';
import { defineScreen, useTexts } from './texts.js';

export const requests = defineScreen(function Requests({ rest }) {
  const [id] = rest;
  if (id === undefined) return <Every />;
  return id === 'terms' ? <TermsOfUse /> : <OneRequest key={id} id={id} />;
});

const shownStates = ['submitted', 'asked_back', 'approved', 'refused'] as const;

function Every() {
  const words = useTexts();
  const { instant, number } = useFormats();
  const [state, setState] = useState<(typeof shownStates)[number] | 'every'>('submitted');
  const paged = usePages(
    (cursor) => listRequests(state === 'every' ? undefined : state, cursor),
    ({ requests: rows }) => rows,
  );
  const { facts, states } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p>
        <Link to="/requests/terms">{words.terms.heading}</Link>
      </p>
      <div className="form">
        <Choice
          name="state"
          label={facts.state}
          initial={state}
          onChoose={setState}
          options={[
            ...shownStates.map((value) => ({ value, label: states[value] })),
            { value: 'every', label: words.every },
          ]}
        />
      </div>
      <PagedTable
        paged={paged}
        caption={words.heading}
        keyOf={({ id }) => id}
        empty={words.none}
        headings={facts}
        columns={[
          toNameColumn(facts.name, '/requests'),
          { id: 'by', cell: ({ by }) => <bdi>{by}</bdi> },
          { id: 'state', cell: (row) => states[row.state] },
          { id: 'perDay', isNumber: true, cell: ({ perDay }) => number(perDay) },
          { id: 'changed', cell: ({ changedAt }) => instant(changedAt) },
        ]}
      />
    </>
  );
}
