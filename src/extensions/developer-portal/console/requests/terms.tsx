import { useState } from 'react';
import { useActing, useLoaded } from '../../../../../web/console/frame/acting.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { ActForm, Field } from '../../../../../web/console/parts/form.js';
import { Await, Done, Empty, Section, Title } from '../../../../../web/console/parts/state.js';
import { Said } from './request-facts.js';
import { changeTerms, readTerms } from './requests.js';
import { useTexts } from './texts.js';

const longestTerms = 8000;

export function TermsOfUse() {
  const words = useTexts();
  const { call } = useActing();
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
                <Said by={by} at={at} text={text} />
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
