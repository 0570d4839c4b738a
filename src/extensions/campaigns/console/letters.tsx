import { useEffect, useRef, useState } from 'react';
import { useLoaded, useSessionActions } from '../../../../web/console/frame/acting.js';
import { Refusal } from '../../../../web/console/frame/call.js';
import { ConfirmButton } from '../../../../web/console/parts/confirm.js';
import {
  ActForm,
  Field,
  LanguageSelect,
  languageOptions,
  Select,
  toOptions,
} from '../../../../web/console/parts/form.js';
import { Await, Done, Note, Section } from '../../../../web/console/parts/state.js';
import type { Language } from '../../../core/base/languages.js';
import {
  type Campaign,
  type EmailKind,
  type EmailTextRef,
  type EmailTexts,
  emailKinds,
  keepWords,
  previewEmail,
  useTexts,
} from './requests.js';

/** Time without typing after which the preview is updated. */
const pauseMs = 500;

interface Props {
  readonly campaign: Campaign;
  readonly onKept: () => void;
}

export function EmailTextsForm({ campaign, onKept }: Props) {
  const words = useTexts();
  const { letters } = words;
  const [kind, setKind] = useState<EmailKind>('invitation');
  const [language, setLanguage] = useState<Language>(
    languageOptions.find(({ value }) => value === campaign.language)?.value ?? 'en',
  );
  const drafts = useRef(new Map<string, EmailTexts>());
  const name = `${kind}.${language}`;
  return (
    <Section heading={letters.heading}>
      <div className="form">
        <Select
          name="kind"
          label={letters.kind}
          initial={kind}
          options={toOptions(letters.kinds, emailKinds)}
          onChoose={setKind}
        />
        <LanguageSelect label={letters.language} initial={language} onChoose={setLanguage} />
      </div>
      <OneLetter
        key={name}
        drafts={drafts.current}
        campaign={campaign}
        onKept={onKept}
        kind={kind}
        language={language}
        name={name}
      />
    </Section>
  );
}

const toWords = (fields: FormData): EmailTexts => ({
  subject: String(fields.get('subject')),
  // Forms send CRLF as line ends.
  text: String(fields.get('text')).replaceAll('\r\n', '\n'),
});

function OneLetter({
  campaign,
  onKept,
  kind,
  language,
  name,
  drafts,
}: Props & {
  readonly kind: EmailKind;
  readonly language: Language;
  readonly name: string;
  readonly drafts: Map<string, EmailTexts>;
}) {
  const { letters } = useTexts();
  const { call } = useSessionActions();
  const which: EmailTextRef = { campaign: campaign.id, kind, language };
  const draft = drafts.get(name);
  const [typed, setTyped] = useState(draft ?? null);
  const [tried, setTried] = useState(typed);
  const [changes, setChanges] = useState(0);
  const [isKept, setKept] = useState(false);
  /** The saved text, shown until it is loaded again. */
  const [saved, setSaved] = useState<EmailTexts | null>(null);
  const kept = useLoaded(previewEmail(which, null));
  const shown = useLoaded(previewEmail(which, tried));
  useEffect(() => {
    const timer = setTimeout(() => setTried(typed), pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const keep = async (given: EmailTexts): Promise<void> => {
    const { unknown } = await call(keepWords(which, given));
    // Keep the rejected text in the form.
    if (unknown.length > 0) {
      setTried(given);
      throw new Refusal('request_malformed', null);
    }
    drafts.delete(name);
    setTyped(null);
    setTried(null);
    setKept(true);
    setSaved(given.text === '' ? null : given);
    kept.reload();
    shown.reload();
    setChanges(changes + 1);
    onKept();
  };
  return (
    <div className="side-by-side">
      <div className="stays">
        <h3>{letters.preview}</h3>
        <p className="soft fine">{letters.previewHint}</p>
        <Await loaded={shown}>
          {({ subject, text, page, unknown }) => (
            <>
              {unknown.length > 0 && (
                <Note tone="bad">{letters.unknown({ names: unknown.map((each) => `{${each}}`).join(', ') })}</Note>
              )}
              <p>
                <strong>
                  <bdi>{subject}</bdi>
                </strong>
              </p>
              <iframe key={page} className="shown" title={letters.preview} src={page} sandbox="" />
              <details>
                <summary>{letters.asText}</summary>
                <div className="said" dir="auto">
                  {text}
                </div>
              </details>
            </>
          )}
        </Await>
      </div>
      <div>
        <h3>{letters.own}</h3>
        {isKept && <Done>{letters.kept}</Done>}
        <Await loaded={kept}>
          {({ words: { subject, text } }) => (
            <ActForm
              key={`${changes} ${subject} ${text}`}
              submit={letters.keep}
              onSubmit={(fields) => keep(toWords(fields))}
              onEdit={(fields) => {
                setKept(false);
                drafts.set(name, toWords(fields));
                setTyped(toWords(fields));
              }}
            >
              <Field
                name="subject"
                label={letters.subject}
                initial={draft?.subject ?? saved?.subject ?? subject}
                isRequired
                maxLength={200}
              />
              <Field
                name="text"
                label={letters.text}
                hint={letters.textHint}
                initial={draft?.text ?? saved?.text ?? text}
                isRequired
                maxLength={4_000}
                rows={8}
              />
            </ActForm>
          )}
        </Await>
        {campaign.own.includes(name) && (
          <>
            <p>{letters.ownNow}</p>
            <ConfirmButton
              label={letters.back}
              title={`${letters.back}?`}
              isGrave
              onConfirm={() => keep({ subject: '', text: '' })}
              text={letters.backText}
            />
          </>
        )}
      </div>
    </div>
  );
}
