import { useState } from 'react';
import { useLoaded } from '../../../../../web/console/frame/acting.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { ActForm, Field } from '../../../../../web/console/parts/form.js';
import { Await, Section, Title } from '../../../../../web/console/parts/state.js';
import { Table } from '../../../../../web/console/parts/table.js';
import { Facts } from '../../../../../web/console/parts/told.js';
import { Keys } from '../../../../../web/console/screens/applications/keys.js';
import { UsageChart } from '../../../../../web/console/screens/applications/usage-chart.js';
import {
  issueOwnKey,
  listOwnKeys,
  readOwnApplication,
  readOwnRefusals,
  readOwnUsage,
  revokeOwnKey,
} from './requests.js';
import { useTexts } from './texts.js';
import { NewRequest } from './wish-form.js';

export function OwnApplicationPage({ id }: { readonly id: string }) {
  const words = useTexts();
  const { number } = useFormats();
  const found = useLoaded(readOwnApplication(id));
  const { facts } = words;
  return (
    <Await loaded={found}>
      {(application) => (
        <>
          <Title name={application.name} to="/my-applications" all={words.all} />
          <Facts
            rows={[
              [words.tenant, application.tenant],
              [facts.scopes, application.scopes.join(', ')],
              [facts.perMinute, number(application.perMinute)],
              [facts.perDay, number(application.perDay)],
              [facts.contact, application.contact === '' ? null : application.contact],
            ]}
          />
          <UsageChart request={readOwnUsage(id)} words={words} />
          <Refusals id={id} />
          <Keys
            words={words}
            asked={{
              list: listOwnKeys(id),
              issue: () => issueOwnKey(id),
              revoke: (key) => revokeOwnKey(id, key),
            }}
            mayChange
            asksLife={false}
          />
          <section>
            <details>
              <summary>{words.wish.more}</summary>
              <p className="soft">{words.wish.moreHint}</p>
              <NewRequest former={application} />
            </details>
          </section>
        </>
      )}
    </Await>
  );
}

function Refusals({ id }: { readonly id: string }) {
  const { refusals } = useTexts();
  const { instant } = useFormats();
  const [requestId, setRequestId] = useState<string | undefined>();
  const found = useLoaded(readOwnRefusals(id, requestId));
  return (
    <Section heading={refusals.heading} intro={refusals.text}>
      <ActForm
        submit={refusals.find}
        onSubmit={async (fields) => setRequestId(String(fields.get('requestId')) || undefined)}
      >
        <Field name="requestId" label={refusals.requestId} hint={refusals.requestIdHint} pattern="[0-9a-f]{24}" />
      </ActForm>
      <Await loaded={found}>
        {({ refusals: rows }) => (
          <Table
            caption={refusals.heading}
            rows={rows}
            keyOf={(row) => row.requestId}
            empty={refusals.none}
            headings={refusals}
            columns={[
              { id: 'requestId', isRowHeading: true, cell: (row) => <code>{row.requestId}</code> },
              { id: 'time', cell: ({ time }) => instant(time) },
              { id: 'endpoint', cell: ({ endpoint }) => <code>{endpoint}</code> },
              { id: 'code', cell: ({ code, field }) => <code>{field === null ? code : `${code}: ${field}`}</code> },
              { id: 'cause', cell: ({ cause }) => <span lang="en">{cause}</span> },
            ]}
          />
        )}
      </Await>
    </Section>
  );
}
