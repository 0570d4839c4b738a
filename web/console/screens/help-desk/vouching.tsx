import { useState } from 'react';
import { useActing, useLoaded } from '../../frame/acting.js';
import { useFormats, useLanguage } from '../../frame/words.js';
import { ActForm, Choice, languageOptions } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Problem, QuietButton, Section } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { PersonFields, readWho } from './person.js';
import { type BegunVouching, beginVouching, readVouching, type VouchingView } from './requests.js';
import { useTexts } from './texts.js';

/** Caller verification: a face check on the caller's device, bound to the call by a spoken number. */
export function Vouching() {
  const [begun, setBegun] = useState<BegunVouching | null>(null);
  if (begun === null) return <Ask onBegun={setBegun} />;
  return <Follow key={begun.id} begun={begun} onOver={() => setBegun(null)} />;
}

function Ask({ onBegun }: { readonly onBegun: (begun: BegunVouching) => void }) {
  const words = useTexts();
  const { call } = useActing();
  const language = useLanguage();
  const { calls } = words;
  return (
    <Section heading={calls.heading} intro={calls.intro}>
      <ActForm
        submit={calls.submit}
        onSubmit={async (fields) => {
          const asked = { send: String(fields.get('send')), language: String(fields.get('language')) };
          onBegun(await call(beginVouching({ ...readWho(fields), ...asked })));
        }}
      >
        <PersonFields />
        <Choice
          name="send"
          label={calls.send}
          options={[
            { value: 'email', label: calls.ways.email },
            { value: 'sms', label: calls.ways.sms },
            { value: 'none', label: calls.ways.none },
          ]}
        />
        <Choice name="language" label={calls.language} initial={language} options={languageOptions} />
      </ActForm>
    </Section>
  );
}

/** Polling delays. Other states are final. */
const pauses: Partial<Record<VouchingView['state'], number>> = {
  ...{ waiting: 2000, opened: 2000, checking: 2000, passed: 15_000 },
};

function Follow({
  begun: { id, url, number },
  onOver,
}: {
  readonly begun: BegunVouching;
  readonly onOver: () => void;
}) {
  const { calls } = useTexts();
  const loaded = useLoaded(readVouching(id), ({ state }) => pauses[state]);
  const state = loaded.state === 'loaded' ? loaded.value.state : 'waiting';
  const tone = state === 'passed' ? 'good' : state === 'refused' || state === 'failed' ? 'bad' : '';
  return (
    <Section heading={calls.heading}>
      {(state === 'waiting' || state === 'opened') && (
        <>
          <p>{calls.read}</p>
          <p className="spoken">
            <bdi dir="ltr">{number}</bdi>
          </p>
        </>
      )}
      {state === 'waiting' &&
        (url === null ? <p>{calls.sent}</p> : <ShownOnce label={calls.link} value={url} note={calls.linkNote} />)}
      {loaded.state === 'refused' ? (
        <Problem refusal={loaded.refusal} />
      ) : (
        <p className={`note ${tone}`} role="status">
          {calls.states[state]}
        </p>
      )}
      {loaded.state === 'loaded' && loaded.value.person !== null && (
        <Person person={loaded.value.person} until={loaded.value.until} />
      )}
      <QuietButton onPress={onOver}>{calls.another}</QuietButton>
    </Section>
  );
}

/** Time that the identity is shown. */
const mostMinutes = 10;

function Person({
  person: { login, email, phone, connection, subject },
  until,
}: {
  readonly person: NonNullable<VouchingView['person']>;
  readonly until: string | null;
}) {
  const words = useTexts().calls;
  const format = useFormats();
  // The remaining time is limited, because the clock of this device may be wrong.
  const left = until === null ? 0 : Math.ceil((Date.parse(until) - Date.now()) / 60_000);
  const { facts } = words;
  const rows: readonly (readonly [string, string | null])[] = [
    [facts.login, login],
    [facts.email, email],
    [facts.phone, phone],
    [facts.connection, connection],
    [facts.subject, subject],
  ];
  return (
    <>
      <Facts rows={rows.map(([name, value]) => [name, value ?? facts.none])} />
      <p className="soft">{words.minutesLeft({ minutes: format.number(Math.min(mostMinutes, Math.max(1, left))) })}</p>
    </>
  );
}
