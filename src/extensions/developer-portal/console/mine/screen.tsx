import { useState } from 'react';
import { useLoaded, useSessionActions } from '../../../../../web/console/frame/acting.js';
import { Link } from '../../../../../web/console/frame/router.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { ActForm, Field } from '../../../../../web/console/parts/form.js';
import { Facts } from '../../../../../web/console/parts/server-text.js';
import { Lines, ShownOnce } from '../../../../../web/console/parts/shown-once.js';
import { Await, Section, Title } from '../../../../../web/console/parts/state.js';
import { LoadedTable, toNameColumn } from '../../../../../web/console/parts/table.js';
import { Keys } from '../../../../../web/console/screens/applications/keys.js';
import { toTermsColumns } from '../../../../../web/console/screens/applications/terms-form.js';
import { UsageChart } from '../../../../../web/console/screens/applications/usage-chart.js';
import { NewRequest } from './application-form.js';
import { OwnRequest } from './own-request.js';
import {
  type DeveloperFacts,
  defineScreen,
  listOwnApplications,
  listOwnRequests,
  of,
  readDeveloper,
  readOwnApplication,
  readOwnRefusals,
  takeSandboxToken,
  useTexts,
} from './requests.js';

function Overview() {
  const words = useTexts();
  const { instant, number } = useFormats();
  const developer = useLoaded(readDeveloper);
  const applications = useLoaded(listOwnApplications);
  const asked = useLoaded(listOwnRequests);
  const { facts, states } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.intro}</p>
      <LoadedTable
        loaded={applications}
        caption={words.heading}
        rowsOf={({ applications }) => applications}
        keyOf={({ id }) => id}
        empty={words.none}
        columns={[toNameColumn(facts.name, '/my-applications'), ...toTermsColumns(facts, number)]}
      />
      <Section heading={words.requests}>
        <LoadedTable
          loaded={asked}
          caption={words.requests}
          rowsOf={({ requests }) => requests}
          keyOf={({ id }) => id}
          empty={words.noRequests}
          headings={facts}
          columns={[
            toNameColumn(facts.name, '/my-applications/requests'),
            { id: 'state', cell: ({ state }) => states[state] },
            { id: 'changed', cell: ({ changedAt }) => instant(changedAt) },
          ]}
        />
        <p>
          <Link to="/my-applications/new">{words.begin}</Link>
        </p>
      </Section>
      <Await loaded={developer}>{(found) => <Trying developer={found} />}</Await>
    </>
  );
}

/** Fields of a step-up for anyone: the reply has the address of the capture page. */
const exampleOf = (connection: string) => ({
  connection,
  login: 'ada@example.com',
  audience: 'https://app.example.com',
  nonce: 'n-1',
});

function Trying({ developer: { id, sandbox } }: { readonly developer: DeveloperFacts }) {
  const words = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const [token, setToken] = useState<string | null>(null);
  const { sandbox: texts } = words;
  return (
    <>
      <Section heading={texts.heading}>
        <p>
          <a href="/docs/reference/api.html">{texts.reference}</a>
        </p>
        {sandbox === null ? (
          <p className="soft">{texts.none}</p>
        ) : (
          <>
            <p className="soft">
              {texts.text({
                connection: sandbox.connection,
                perMinute: number(sandbox.perMinute),
                perDay: number(sandbox.perDay),
              })}
            </p>
            {token !== null && (
              <>
                <ShownOnce label={texts.token} value={token} note={texts.once} />
                <Lines
                  label={texts.curl}
                  text={`curl -X POST ${location.origin}/v1/step-ups \\\n  -H 'X-Auth-Token: ${token}' \\\n  -H 'Content-Type: application/json' -d '${JSON.stringify(exampleOf(sandbox.connection))}'`}
                />
              </>
            )}
            <ActForm submit={texts.take} onSubmit={async () => setToken((await call(takeSandboxToken)).token)}>
              {token !== null && <p className="soft">{texts.again}</p>}
            </ActForm>
          </>
        )}
      </Section>
      <Section heading={words.ownId} intro={words.ownIdHint}>
        <p>
          <code>{id}</code>
        </p>
      </Section>
    </>
  );
}

function OwnApplicationPage({ id }: { readonly id: string }) {
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
          <UsageChart path={of(id)} words={words} />
          <Refusals id={id} />
          <Keys words={words} path={of(id)} mayChange asksLife={false} />
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
      <LoadedTable
        loaded={found}
        caption={refusals.heading}
        rowsOf={({ refusals }) => refusals}
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
    </Section>
  );
}

export const mine = defineScreen(function Mine({ rest: [first, second] }) {
  if (first === undefined) return <Overview />;
  if (first === 'new') return <NewRequest former={null} />;
  if (first === 'requests' && second !== undefined) return <OwnRequest key={second} id={second} />;
  return <OwnApplicationPage key={first} id={first} />;
});
