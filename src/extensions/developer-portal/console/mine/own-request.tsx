import { useState } from 'react';
import { useLoaded, useSessionActions } from '../../../../../web/console/frame/acting.js';
import { Link, navigate } from '../../../../../web/console/frame/router.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { ConfirmButton } from '../../../../../web/console/parts/confirm.js';
import { ActForm, Field } from '../../../../../web/console/parts/form.js';
import { ShownOnce } from '../../../../../web/console/parts/shown-once.js';
import { Await, Section, Title } from '../../../../../web/console/parts/state.js';
import { RequestFacts, Thread } from '../requests/request-facts.js';
import type { AskedRequest } from '../requests/requests.js';
import { ApplicationForm } from './application-form.js';
import {
  readDeveloper,
  readOwnRequest,
  rewriteRequest,
  sendMessage,
  submitRequest,
  takeFirstKey,
  useTexts,
  withdrawRequest,
} from './requests.js';

const longestMessage = 1000;

export function OwnRequest({ id }: { readonly id: string }) {
  const words = useTexts();
  const { call } = useSessionActions();
  const found = useLoaded(readOwnRequest(id));
  const { withdraw } = words;
  return (
    <Await loaded={found}>
      {({ request }) => (
        <>
          <Title name={request.name} to="/my-applications" all={words.all} />
          <p className="note">{words.next[request.state]}</p>
          <RequestFacts request={request} words={words} />
          <Thread messages={request.messages} words={words} />
          {(request.state === 'draft' || request.state === 'asked_back') && (
            <HandIn key={request.changedAt} request={request} onChanged={found.reload} />
          )}
          {request.state === 'submitted' && (
            <section>
              <ActForm
                submit={words.say.submit}
                onSubmit={(fields) => call(sendMessage(id, String(fields.get('text')))).then(found.reload)}
              >
                <Field rows={4} name="text" label={words.say.label} isRequired maxLength={longestMessage} />
              </ActForm>
            </section>
          )}
          {request.isFulfilled && <FirstKey request={request} onTaken={found.reload} />}
          {request.state !== 'approved' && request.state !== 'refused' && (
            <section>
              <ConfirmButton
                label={withdraw.label}
                title={withdraw.title({ name: request.name })}
                isGrave
                onConfirm={() => call(withdrawRequest(id)).then(() => navigate('/my-applications'))}
                text={withdraw.text}
              />
            </section>
          )}
        </>
      )}
    </Await>
  );
}

function HandIn({
  request: { id, ...former },
  onChanged,
}: {
  readonly request: AskedRequest;
  readonly onChanged: () => void;
}) {
  const words = useTexts();
  const { call } = useSessionActions();
  const { number } = useFormats();
  const developer = useLoaded(readDeveloper);
  const { handIn, wish } = words;
  return (
    <Await loaded={developer}>
      {(found) => (
        <Section heading={handIn.heading}>
          {found.terms.version > 0 && (
            <details open>
              <summary>{handIn.terms({ version: number(found.terms.version) })}</summary>
              <p className="said" dir="auto">
                {found.terms.text}
              </p>
            </details>
          )}
          <ActForm
            submit={found.terms.version > 0 ? handIn.agree : handIn.submit}
            onSubmit={async (fields) => {
              const message = String(fields.get('message')).trim();
              await call(submitRequest(id, found.terms.version, message === '' ? undefined : message));
              onChanged();
            }}
          >
            <Field name="message" label={words.say.label} hint={handIn.messageHint} maxLength={longestMessage} />
          </ActForm>
          <details>
            <summary>{wish.change}</summary>
            <ApplicationForm
              developer={found}
              former={former}
              submit={wish.save}
              onSubmit={async (changed) => {
                await call(rewriteRequest(id, changed));
                onChanged();
              }}
            />
          </details>
        </Section>
      )}
    </Await>
  );
}

/** Shows the first key once, because the server stores only its digest. */
function FirstKey({
  request: { id, application, isChange, keyHandedOver },
  onTaken,
}: {
  readonly request: AskedRequest;
  readonly onTaken: () => void;
}) {
  const { firstKey, toApplication } = useTexts();
  const { call } = useSessionActions();
  const [token, setToken] = useState<string | null>(null);
  return (
    <section>
      {token !== null && <ShownOnce label={firstKey.label} value={token} note={firstKey.once} />}
      {!isChange && !keyHandedOver && (
        <ActForm
          submit={firstKey.take}
          onSubmit={async () => {
            setToken((await call(takeFirstKey(id))).token);
            onTaken();
          }}
        >
          <p className="soft">{firstKey.text}</p>
        </ActForm>
      )}
      {application !== null && (
        <p>
          <Link to={`/my-applications/${application}`}>{toApplication}</Link>
        </p>
      )}
    </section>
  );
}
