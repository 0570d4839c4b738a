import { useState } from 'react';
import { useLoaded, usePages, useSessionActions } from '../../../../../web/console/frame/acting.js';
import { Link } from '../../../../../web/console/frame/router.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { ActForm, Field, Select, toOptions } from '../../../../../web/console/parts/form.js';
import { Lines } from '../../../../../web/console/parts/shown-once.js';
import { Await, Done, Empty, Section, Title } from '../../../../../web/console/parts/state.js';
import { PagedTable, toNameColumn } from '../../../../../web/console/parts/table.js';
import { Comment, RequestFacts, Thread } from './request-facts.js';
import {
  type AskedRequest,
  answerRequest,
  approveRequest,
  changeTerms,
  defineScreen,
  listRequests,
  readRequest,
  readTerms,
  useTexts,
} from './requests.js';

const longestTerms = 8000;

function TermsOfUse() {
  const words = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const found = useLoaded(readTerms);
  const [isChanged, setChanged] = useState(false);
  const { terms } = words;
  return (
    <>
      <Title name={terms.heading} to="/requests" all={words.all} />
      <Await loaded={found}>
        {({ version, text, at, by }) => (
          <>
            {isChanged && <Done>{terms.changed({ version: number(version) })}</Done>}
            {at === null ? (
              <Empty>{terms.none}</Empty>
            ) : (
              <Section heading={terms.version({ version: number(version) })}>
                <Comment by={by} at={at} text={text} />
              </Section>
            )}
            <Section heading={terms.next} intro={terms.nextHint}>
              <ActForm
                key={version}
                submit={terms.submit}
                onSubmit={async (fields) => {
                  await call(changeTerms(String(fields.get('text'))));
                  setChanged(true);
                  found.reload();
                }}
              >
                <Field rows={4} name="text" label={terms.text} isRequired initial={text} maxLength={longestTerms} />
              </ActForm>
            </Section>
          </>
        )}
      </Await>
    </>
  );
}

const longestMessage = 1000;

function OneRequest({ id }: { readonly id: string }) {
  const words = useTexts();
  const { call } = useSessionActions();
  const found = useLoaded(readRequest(id));
  const [openIdClient, setOpenIdClient] = useState<string | null>(null);
  const { askBack, refuse } = words;
  const answers = [
    { how: 'ask-back', texts: askBack },
    { how: 'refuse', texts: refuse },
  ] as const;
  return (
    <Await loaded={found}>
      {({ request }) => (
        <>
          <Title name={request.name} to="/requests" all={words.all} />
          {request.isFulfilled && (
            <Done>{request.keyHandedOver || request.isChange ? words.approved : words.approvedKey}</Done>
          )}
          {openIdClient !== null && <Lines label={words.openIdClient} text={openIdClient} />}
          <RequestFacts request={request} words={words} />
          <Thread messages={request.messages} words={words} />
          {!request.isFulfilled && (request.state === 'submitted' || request.state === 'approved') && (
            <section>
              <Approve
                request={request}
                onApproved={setOpenIdClient}
                // An approval that failed in part can be repeated.
                onAnswered={found.reload}
              />
              {request.state === 'submitted' &&
                answers.map(({ how, texts }) => (
                  <details key={how}>
                    <summary>{texts.label}</summary>
                    <p className="soft">{texts.text}</p>
                    <ActForm
                      submit={texts.submit}
                      onSubmit={(fields) =>
                        call(answerRequest(id, how, String(fields.get('message')))).then(found.reload)
                      }
                    >
                      <Field rows={4} name="message" label={words.message} isRequired maxLength={longestMessage} />
                    </ActForm>
                  </details>
                ))}
            </section>
          )}
        </>
      )}
    </Await>
  );
}

const toSaid = (field: FormDataEntryValue | null): string | undefined =>
  typeof field === 'string' && field.trim() !== '' ? field.trim() : undefined;

/** Approves a request. There is no confirmation, because the page shows what is approved. */
function Approve({
  request,
  onApproved,
  onAnswered,
}: {
  readonly request: AskedRequest;
  readonly onApproved: (openIdClient: string | null) => void;
  readonly onAnswered: () => void;
}) {
  const { approve, message } = useTexts();
  const { call } = useSessionActions();
  const { id, by, changedAt, connection, isChange } = request;
  const needsTenant = connection === null && !isChange;
  return (
    <ActForm
      submit={approve.label}
      onSubmit={(fields) =>
        call(
          approveRequest(id, {
            changedAt,
            tenant: toSaid(fields.get('tenant')),
            message: toSaid(fields.get('message')),
          }),
        )
          .then(({ openIdClient }) => onApproved(openIdClient))
          .finally(onAnswered)
      }
    >
      <p>{isChange ? approve.textChange : approve.text({ by })}</p>
      {request.redirectUris.length > 0 && <p>{approve.client}</p>}
      {needsTenant && (
        <Field name="tenant" label={approve.tenant} hint={approve.tenantHint} isRequired pattern="[\w.\-]+" />
      )}
      <Field name="message" label={message} hint={approve.messageHint} maxLength={longestMessage} />
    </ActForm>
  );
}

export const requests = defineScreen(function Requests({ rest }) {
  const [id] = rest;
  if (id === undefined) return <RequestList />;
  return id === 'terms' ? <TermsOfUse /> : <OneRequest key={id} id={id} />;
});

const shownStates = ['submitted', 'asked_back', 'approved', 'refused'] as const;

function RequestList() {
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
        <Select
          name="state"
          label={facts.state}
          initial={state}
          onChoose={setState}
          options={[...toOptions(states, shownStates), { value: 'every', label: words.every }]}
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
