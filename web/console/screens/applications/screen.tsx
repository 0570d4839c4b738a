import { useState } from 'react';
import { useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { navigate } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Facts } from '../../parts/server-text.js';
import { Await, Section, Title } from '../../parts/state.js';
import { LoadedTable, toNameColumn } from '../../parts/table.js';
import { Keys } from './keys.js';
import {
  changeApplication,
  defineScreen,
  listApplications,
  of,
  readApplication,
  registerApplication,
  removeApplication,
  useTexts,
} from './requests.js';
import { TermsForm, toTermsColumns } from './terms-form.js';
import { UsageChart } from './usage-chart.js';

function OneApplication({ id }: { readonly id: string }) {
  const words = useTexts();
  const { call } = useSessionActions();
  const { day, number } = useFormats();
  const mayChange = useMay('configure');
  const found = useLoaded(readApplication(id));
  const [changes, setChanges] = useState(0);
  const { columns, terms, remove } = words;
  return (
    <Await loaded={found}>
      {(application) => (
        <>
          <Title name={application.name} to="/applications" all={words.all} />
          <Facts
            rows={[
              [columns.contact, application.contact],
              [terms.tenant, application.tenant],
              [columns.scopes, application.scopes.join(', ')],
              [columns.perMinute, number(application.perMinute)],
              [columns.perDay, number(application.perDay)],
              [words.since, day(application.createdAt.slice(0, 10))],
            ]}
          />
          <UsageChart path={of(id)} words={words} />
          <Keys words={words} path={of(id)} mayChange={mayChange} asksLife />
          {mayChange && (
            <section>
              <details>
                <summary>{terms.change}</summary>
                <p className="soft">{terms.changeHint}</p>
                <TermsForm
                  key={changes}
                  submit={terms.save}
                  former={application}
                  onSubmit={async (changed) => {
                    await call(changeApplication(id, application, changed));
                    found.reload();
                    setChanges(changes + 1);
                  }}
                />
              </details>
              <ConfirmButton
                {...remove}
                title={remove.title({ name: application.name })}
                isGrave
                onConfirm={() => call(removeApplication(id)).then(() => navigate('/applications'))}
              />
            </section>
          )}
        </>
      )}
    </Await>
  );
}

export const screen = defineScreen(function Applications({ rest }) {
  const [id] = rest;
  return id === undefined ? <ApplicationList /> : <OneApplication key={id} id={id} />;
});

function ApplicationList() {
  const words = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const mayChange = useMay('configure');
  const listed = useLoaded(listApplications);
  const { columns } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <LoadedTable
        loaded={listed}
        caption={words.heading}
        rowsOf={({ applications }) => applications}
        keyOf={({ id }) => id}
        empty={words.none}
        columns={[
          toNameColumn(columns.name, '/applications'),
          { id: 'contact', heading: columns.contact, cell: ({ contact }) => <bdi>{contact}</bdi> },
          ...toTermsColumns(columns, number),
        ]}
      />
      {mayChange && (
        <Section heading={words.register}>
          <TermsForm
            submit={words.register}
            former={null}
            onSubmit={async (terms, tenant) => {
              const { id } = await call(registerApplication({ ...terms, tenant }));
              navigate(`/applications/${id}`);
            }}
          />
        </Section>
      )}
    </>
  );
}
