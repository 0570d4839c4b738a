import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { goTo } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { Await, Section } from '../../parts/state.js';
import { Table, toNameColumn } from '../../parts/table.js';
import { OneApplication } from './application.js';
import { listApplications, registerApplication } from './requests.js';
import { TermsForm, toTermsColumns } from './terms-form.js';
import { defineScreen, useTexts } from './texts.js';

export const applications = defineScreen(function Applications({ rest }) {
  const [id] = rest;
  return id === undefined ? <Every /> : <OneApplication key={id} id={id} />;
});

function Every() {
  const words = useTexts();
  const { call } = useActing();
  const { number } = useFormats();
  const mayChange = useMay('configure');
  const listed = useLoaded(listApplications);
  const { columns } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <Await loaded={listed}>
        {({ applications: rows }) => (
          <Table
            caption={words.heading}
            rows={rows}
            keyOf={({ id }) => id}
            empty={words.none}
            columns={[
              toNameColumn(columns.name, '/applications'),
              { id: 'contact', heading: columns.contact, cell: ({ contact }) => <bdi>{contact}</bdi> },
              ...toTermsColumns(columns, number),
            ]}
          />
        )}
      </Await>
      {mayChange && (
        <Section heading={words.register}>
          <TermsForm
            submit={words.register}
            former={null}
            onSubmit={async (terms, tenant) => {
              const { id } = await call(registerApplication({ ...terms, tenant }));
              goTo(`/applications/${id}`);
            }}
          />
        </Section>
      )}
    </>
  );
}
