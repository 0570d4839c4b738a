import { useState } from 'react';
import { useActing, useLoaded } from '../../../../../web/console/frame/acting.js';
import { Link } from '../../../../../web/console/frame/router.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { ActForm } from '../../../../../web/console/parts/form.js';
import { Lines, ShownOnce } from '../../../../../web/console/parts/shown-once.js';
import { Await, Section } from '../../../../../web/console/parts/state.js';
import { Table, toNameColumn } from '../../../../../web/console/parts/table.js';
import { toTermsColumns } from '../../../../../web/console/screens/applications/terms-form.js';
import {
  type DeveloperFacts,
  listOwnApplications,
  listOwnRequests,
  readDeveloper,
  takeSandboxToken,
} from './requests.js';
import { useTexts } from './texts.js';

export function Overview() {
  const words = useTexts();
  const { instant, number } = useFormats();
  const [developer, applications, asked] = [
    useLoaded(readDeveloper),
    useLoaded(listOwnApplications),
    useLoaded(listOwnRequests),
  ];
  const { facts, states } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.intro}</p>
      <Await loaded={applications}>
        {({ applications: rows }) => (
          <Table
            caption={words.heading}
            rows={rows}
            keyOf={({ id }) => id}
            empty={words.none}
            columns={[toNameColumn(facts.name, '/my-applications'), ...toTermsColumns(facts, number)]}
          />
        )}
      </Await>
      <Section heading={words.requests}>
        <Await loaded={asked}>
          {({ requests: rows }) => (
            <Table
              caption={words.requests}
              rows={rows}
              keyOf={({ id }) => id}
              empty={words.noRequests}
              headings={facts}
              columns={[
                toNameColumn(facts.name, '/my-applications/requests'),
                { id: 'state', cell: ({ state }) => states[state] },
                { id: 'changed', cell: ({ changedAt }) => instant(changedAt) },
              ]}
            />
          )}
        </Await>
        <p>
          <Link to="/my-applications/new">{words.begin}</Link>
        </p>
      </Section>
      <Await loaded={developer}>{(found) => <Trying developer={found} />}</Await>
    </>
  );
}

function Trying({ developer: { id, sandbox } }: { readonly developer: DeveloperFacts }) {
  const words = useTexts();
  const { call } = useActing();
  const { number } = useFormats();
  const [token, setToken] = useState<string | null>(null);
  const { sandbox: texts } = words;
  return (
    <>
      <Section heading={texts.heading}>
        <p>
          <a href="/catalogue">{texts.catalogue}</a>
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
                  text={`curl -X POST ${location.origin}/v1/token \\\n  -H 'X-Auth-Token: ${token}' \\\n  -H 'Content-Type: application/json' -d '{}'`}
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
