import { useState } from 'react';
import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import type { Who } from '../../ledger/requests.js';
import { QuietButton } from '../../parts/button.js';
import { Section } from '../../parts/layout.js';
import { Await, Empty, useProblemText } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { exportPerson, type Held } from './requests.js';
import { useTexts } from './texts.js';

interface Props {
  readonly who: Who;
}

/** Shows a user's stored data only on request, because viewing is logged. */
export function HeldOf({ who }: Props) {
  const words = useTexts();
  const mayRead = useMay('audit');
  const [isWanted, setWanted] = useState(false);
  if (!mayRead) return null;
  return (
    <Section heading={words.held.heading}>
      {isWanted ? (
        <Shown who={who} />
      ) : (
        <>
          <p className="soft">{words.held.isRecorded}</p>
          <QuietButton onPress={() => setWanted(true)}>{words.held.show}</QuietButton>
        </>
      )}
    </Section>
  );
}

function Shown({ who }: Props) {
  const words = useTexts();
  const { session } = useActing();
  const exported = useLoaded(exportPerson(who));
  const textOf = useProblemText();
  return (
    <Await loaded={exported}>
      {({ subjects }) => (
        <>
          {subjects.map(({ connection, code, held }) =>
            held === null ? (
              <Empty key={connection}>{textOf(code ?? 'subject_unknown')}</Empty>
            ) : (
              <HeldFacts key={connection} held={held} />
            ),
          )}
          <p>
            <a
              className="button quiet"
              download="facestep-export.json"
              href={`data:application/json,${encodeURIComponent(JSON.stringify({ by: session.name, subjects }, null, 2))}`}
            >
              {words.held.save}
            </a>
          </p>
        </>
      )}
    </Await>
  );
}

function HeldFacts({ held }: { readonly held: Held }) {
  const { held: words } = useTexts();
  const { instant, number } = useFormats();
  const { consent, passkey, attempts, passedStepUp } = held;
  const facts = [
    [
      words.consent,
      consent === null
        ? words.none
        : consent.withdrawnAt === null
          ? words.since(instant(consent.givenAt))
          : words.withdrawn(instant(consent.withdrawnAt)),
    ],
    [
      words.passkey,
      passkey === null
        ? words.none
        : passkey.expiresAt === null
          ? words.withoutEnd
          : words.until(instant(passkey.expiresAt)),
    ],
    [words.failures, number(attempts.failures)],
    [words.lastPass, passedStepUp === null ? words.none : instant(passedStepUp.passedAt)],
  ] as const;
  return <Facts rows={facts} />;
}
