import { useState } from 'react';
import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { goTo } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Await, Title } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { Keys } from './keys.js';
import {
  changeApplication,
  issueKey,
  listKeys,
  readApplication,
  readUsage,
  removeApplication,
  revokeKey,
} from './requests.js';
import { TermsForm } from './terms-form.js';
import { useTexts } from './texts.js';
import { UsageChart } from './usage-chart.js';

export function OneApplication({ id }: { readonly id: string }) {
  const words = useTexts();
  const { call } = useActing();
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
          <UsageChart request={readUsage(id)} words={words} />
          <Keys
            words={words}
            asked={{
              list: listKeys(id),
              issue: (lifeSec) => issueKey(id, lifeSec),
              revoke: (key) => revokeKey(id, key),
            }}
            mayChange={mayChange}
            asksLife
          />
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
                label={remove.label}
                title={remove.title({ name: application.name })}
                isGrave
                onConfirm={() => call(removeApplication(id)).then(() => goTo('/applications'))}
                text={remove.text}
              />
            </section>
          )}
        </>
      )}
    </Await>
  );
}
