import { useEffect, useState } from 'react';
import type { Language } from '../../../src/core/base/languages.js';
import { ActForm, Field, LanguageSelect } from '../parts/form.js';
import { Note } from '../parts/state.js';
import { toRefusal } from './acting.js';
import { send } from './call.js';
import { base, Link, navigate, useParameter, usePath } from './router.js';
import { signInByCode, signInByKey } from './session.js';
import { textIn, useLanguage, useWords } from './words.js';

const signInPath = '/sign-in';

/** Page of the address that the first start prints, with a code behind `#`. */
const startPath = '/connections/_start';

export function SignIn({
  hasProvider,
  hasEnded,
  onSignedIn,
  onLanguage,
}: {
  readonly hasProvider: boolean;
  readonly hasEnded: boolean;
  readonly onSignedIn: () => Promise<void>;
  readonly onLanguage: (language: Language) => void;
}) {
  const words = useWords();
  const path = usePath();
  const refused = useParameter('refused');
  const { signIn } = words;
  const isAtSignIn = path === signInPath;
  const to = isAtSignIn ? base : base + path + location.search;
  useEffect(() => {
    document.title = `${signIn.heading} · ${words.title}`;
  }, [signIn, words]);
  const [isUsed, setUsed] = useState(false);
  const code = path === startPath ? location.hash.slice(1) : '';
  const byCode = (
    <ActForm
      submit={signIn.begin}
      onSubmit={async () => {
        try {
          await send(signInByCode(code), null);
        } catch (thrown) {
          if (toRefusal(thrown).code !== 'caller_untrusted') throw thrown;
          return setUsed(true);
        }
        await onSignedIn();
      }}
    />
  );
  const why = textIn(signIn.refused, refused) ?? null;
  const byKey = (
    <ActForm
      submit={signIn.byKey}
      onSubmit={async (fields) => {
        await send(signInByKey(String(fields.get('key'))), null);
        if (isAtSignIn) navigate('');
        await onSignedIn();
      }}
    >
      <Field name="key" label={signIn.key} type="password" isRequired />
    </ActForm>
  );
  return (
    <main className="alone">
      <p className="brand">{words.title}</p>
      <h1>{signIn.heading}</h1>
      {hasEnded && <Note tone="warn">{signIn.ended}</Note>}
      {why !== null && <Note tone="bad">{why}</Note>}
      {code !== '' && !isUsed && byCode}
      {isUsed && (
        <Note tone="warn">
          {signIn.used} <Link to={signInPath}>{signIn.heading}</Link>
        </Note>
      )}
      {hasProvider ? (
        <>
          <p>
            <a className="button plain" href={`${base}/api/sign-in?to=${encodeURIComponent(to)}`}>
              {signIn.byProvider}
            </a>
          </p>
          <details>
            <summary>{signIn.useKey}</summary>
            <p className="soft">{signIn.keyIsRecorded}</p>
            {byKey}
          </details>
        </>
      ) : (
        byKey
      )}
      <LanguageChoice onLanguage={onLanguage} />
    </main>
  );
}

export const LanguageChoice = ({ onLanguage }: { readonly onLanguage: (language: Language) => void }) => (
  <LanguageSelect label={useWords().language} initial={useLanguage()} onChoose={onLanguage} />
);
