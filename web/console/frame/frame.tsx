import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Language } from '../../../src/core/base/languages.js';
import { Loading, Problem, QuietButton } from '../parts/state.js';
import { entryOf, findScreen, maySee, type ScreenRow, screens } from '../screens.js';
import { useSessionActions } from './acting.js';
import { Refusal } from './call.js';
import { FaceCheckReturn, faceCheckPath } from './face-check.js';
import { Badge, OpenWork } from './open-work.js';
import { Link, useParameters, usePath } from './router.js';
import { signOut } from './session.js';
import { LanguageChoice } from './sign-in.js';
import { useLanguage, useWords } from './words.js';

export function Frame({
  onLanguage,
  onSignedOut,
}: {
  readonly onLanguage: (language: Language) => void;
  readonly onSignedOut: () => void;
}) {
  const words = useWords();
  const { session, call } = useSessionActions();
  const path = usePath();
  const parameters = useParameters();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const hasMoved = useRef(false);
  const row = findScreen(path);
  const shown = row !== null && maySee(row, session) ? row : null;
  const isOfPeople = session.byKey && row?.rights.includes('develop') === true;
  const isForOthers = row !== null && maySee({ ...row, rights: session.rights }, session);
  useEffect(() => {
    // Leave the focus alone on the first load.
    if (hasMoved.current) main.current?.focus();
    hasMoved.current = true;
    setMenuOpen(false);
  }, [path, parameters]);

  const visible = screens.filter((each) => maySee(each, session));
  const leave = (): void => void call(signOut).finally(onSignedOut);

  return (
    <OpenWork>
      <div className="frame">
        <a className="skip" href="#main">
          {words.skip}
        </a>
        <header>
          <p className="brand">{words.title}</p>
          <Button
            className="button quiet menu"
            aria-expanded={isMenuOpen}
            aria-controls="navigation"
            onPress={() => setMenuOpen(!isMenuOpen)}
          >
            {words.menu}
          </Button>
        </header>
        <nav id="navigation" aria-label={words.menu} data-open={isMenuOpen}>
          <ul>
            {visible
              .filter((each, at) => visible.findIndex((other) => entryOf(other) === entryOf(each)) === at)
              .map((each) => (
                <li key={each.id} className="entry">
                  <Link to={each.path} isCurrent={shown !== null && entryOf(shown) === entryOf(each)}>
                    {words.screens[entryOf(each)]}
                  </Link>
                  <Badge screens={visible.filter((other) => entryOf(other) === entryOf(each))} />
                </li>
              ))}
          </ul>
          <div className="who">
            <details>
              <summary>
                <bdi>{session.name}</bdi> <span className="soft">{words.roles[session.role]}</span>
              </summary>
              {session.byKey && <p className="fine soft">{words.byKey}</p>}
              <LanguageChoice onLanguage={onLanguage} />
              <a href="/docs/" target="_blank" rel="noreferrer">
                {words.documentation}
              </a>
            </details>
            <QuietButton onPress={leave}>{words.signOut}</QuietButton>
          </div>
        </nav>
        <main id="main" tabIndex={-1} ref={main}>
          {path === faceCheckPath ? (
            <FaceCheckReturn />
          ) : shown === null && (isOfPeople || isForOthers) ? (
            <>
              <h1>{words.screens[row.id]}</h1>
              <p className="note warn">
                {isOfPeople ? words.notByKey : words.notYours({ role: words.roles[session.role] })}
              </p>
            </>
          ) : (
            <>
              {shown !== null && <EntryParts shown={shown} />}
              <Shown row={shown} path={path} />
            </>
          )}
        </main>
      </div>
    </OpenWork>
  );
}

/** Links the screens of the same menu entry. */
function EntryParts({ shown }: { readonly shown: ScreenRow }) {
  const words = useWords();
  const { session } = useSessionActions();
  const parts = screens.filter((each) => entryOf(each) === entryOf(shown) && maySee(each, session));
  if (parts.length === 1) return null;
  return (
    <nav className="parts" aria-label={words.screens[entryOf(shown)]}>
      {parts.map((each) => (
        <span key={each.id}>
          <Link to={each.path} isCurrent={each === shown}>
            {words.screens[each.id]}
          </Link>
          <Badge screens={[each]} />
        </span>
      ))}
    </nav>
  );
}

interface Prepared {
  readonly id: string;
  readonly show: (rest: readonly string[]) => ReactNode;
}

function Shown({ row, path }: { readonly row: ScreenRow | null; readonly path: string }) {
  const words = useWords();
  const language = useLanguage();
  const [prepared, setPrepared] = useState<Prepared | Refusal | null>(null);
  useEffect(() => {
    document.title = row === null ? words.title : `${words.screens[row.id]} · ${words.title}`;
    if (row === null) return;
    let isOver = false;
    row
      .load()
      .then((screen) => screen.prepare(language))
      .then(
        (show) => !isOver && setPrepared({ id: row.id, show }),
        // A new server version has other files, so loading may fail.
        (cause: unknown) => !isOver && setPrepared(new Refusal('offline', null, null, { cause })),
      );
    return () => {
      isOver = true;
    };
  }, [row, language, words]);
  if (row === null)
    return (
      <>
        <h1>{words.nothingHere}</h1>
        <p>
          <Link to="">{words.screens.home}</Link>
        </p>
      </>
    );
  if (prepared instanceof Refusal) return <Problem refusal={prepared} onAgain={() => location.reload()} />;
  if (prepared === null || prepared.id !== row.id) return <Loading />;
  return prepared.show(path.slice(row.path.length).split('/').filter(Boolean).map(decodeURIComponent));
}
