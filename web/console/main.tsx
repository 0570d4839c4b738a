import { StrictMode, useCallback, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { loadTexts as loadWords } from '../../locales/compiled/console/frame/load.js';
import type { Texts as Words } from '../../locales/compiled/console/frame/texts.js';
import { chooseLanguage, directionOf, type Language } from '../../src/core/base/languages.js';
import { memoryIn } from '../shared/browser-memory.js';
import { type SessionActions, SessionActionsContext, toRefusal } from './frame/acting.js';
import { type Refusal, type ServerRequest, send } from './frame/call.js';
import { FaceCheckNeeded } from './frame/face-check.js';
import { Frame } from './frame/frame.js';
import { readSession, type Session } from './frame/session.js';
import { SignIn } from './frame/sign-in.js';
import { I18nContext } from './frame/words.js';
import { Loading, Problem } from './parts/state.js';

const languageMemory = memoryIn(() => localStorage, 'facestep-console-language');

function Console() {
  const [language, setLanguage] = useState(() => chooseLanguage([languageMemory.read() ?? '', ...navigator.languages]));
  const [words, setWords] = useState<Words | null>(null);
  useEffect(() => {
    let isOver = false;
    void loadWords(language).then((loaded) => {
      if (isOver) return;
      document.documentElement.lang = language;
      document.documentElement.dir = directionOf(language);
      setWords(loaded);
    });
    return () => {
      isOver = true;
    };
  }, [language]);
  const choose = useCallback((chosen: Language) => {
    languageMemory.write(chosen);
    setLanguage(chosen);
  }, []);
  const speech = useMemo(() => (words === null ? null : { language, words }), [language, words]);
  if (speech === null) return null;
  return (
    <I18nContext value={speech}>
      <Visit onLanguage={choose} />
    </I18nContext>
  );
}

type Known =
  | { readonly state: 'asking' }
  | { readonly state: 'refused'; readonly refusal: Refusal }
  | { readonly state: 'out'; readonly hasProvider: boolean; readonly hasEnded: boolean }
  | { readonly state: 'in'; readonly hasProvider: boolean; readonly session: Session };

function Visit({ onLanguage }: { readonly onLanguage: (language: Language) => void }) {
  const [known, setKnown] = useState<Known>({ state: 'asking' });
  const [needsCheck, setNeedsCheck] = useState(false);
  const ask = useCallback(
    () =>
      send(readSession, null).then(
        ({ ways: { provider: hasProvider }, session }) =>
          setKnown(
            session === null ? { state: 'out', hasProvider, hasEnded: false } : { state: 'in', hasProvider, session },
          ),
        (thrown: unknown) => setKnown({ state: 'refused', refusal: toRefusal(thrown) }),
      ),
    [],
  );
  useEffect(() => void ask(), [ask]);

  const session = known.state === 'in' ? known.session : null;
  const acting = useMemo<SessionActions | null>(() => {
    if (session === null) return null;
    const call = <Reply,>(request: ServerRequest<Reply>): Promise<Reply> =>
      send(request, session.token).catch((thrown: unknown) => {
        const { code } = toRefusal(thrown);
        if (code === 'caller_untrusted')
          setKnown((now) => (now.state === 'in' ? { ...now, state: 'out', hasEnded: true } : now));
        if (code === 'face_not_verified') setNeedsCheck(true);
        throw thrown;
      });
    return { session, call };
  }, [session]);

  if (known.state === 'asking') return <Loading />;
  if (known.state === 'refused')
    return (
      <main className="alone">
        <Problem refusal={known.refusal} onAgain={ask} />
      </main>
    );
  if (known.state === 'out')
    return (
      <SignIn hasProvider={known.hasProvider} hasEnded={known.hasEnded} onSignedIn={ask} onLanguage={onLanguage} />
    );
  return (
    <SessionActionsContext value={acting}>
      <Frame onLanguage={onLanguage} onSignedOut={ask} />
      <FaceCheckNeeded isOpen={needsCheck} onClose={() => setNeedsCheck(false)} />
    </SessionActionsContext>
  );
}

const place = document.getElementById('console');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
