import { useState } from 'react';
import { useActing, useLoaded } from '../../../../../web/console/frame/acting.js';
import { ActForm, Field } from '../../../../../web/console/parts/form.js';
import { Lines } from '../../../../../web/console/parts/shown-once.js';
import { Await, Done, Title } from '../../../../../web/console/parts/state.js';
import { RequestFacts, Thread } from './request-facts.js';
import { type AskedRequest, answerRequest, approveRequest, readRequest } from './requests.js';
import { useTexts } from './texts.js';

const longestMessage = 1000;

export function OneRequest({ id }: { readonly id: string }) {
  const words = useTexts();
  const { call } = useActing();
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
  const { call } = useActing();
  const { id, by, changedAt, connection, isChange } = request;
  const needsTenant = connection === null && !isChange;
  return (
    <ActForm
      submit={approve.label}
      onSubmit={(fields) =>
        call(
          approveRequest(id, {
            ...{ changedAt, tenant: toSaid(fields.get('tenant')), message: toSaid(fields.get('message')) },
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
