import { type ReactNode, useEffect, useRef } from 'react';
import { Button, type ButtonProps } from 'react-aria-components/Button';
import { type Loaded, useSessionActions } from '../frame/acting.js';
import type { Refusal } from '../frame/call.js';
import { Link, useNavigationKey } from '../frame/router.js';
import { textIn, useFormats, useWords } from '../frame/words.js';
import { ServerTextLines } from './server-text.js';

export function Loading() {
  const { loading } = useWords();
  return (
    <p className="loading" role="status">
      {loading}
    </p>
  );
}

export function useProblemText(): (code: string) => string {
  const { problems } = useWords();
  return (code) => textIn(problems, code) ?? problems.general;
}

export function Problem({ refusal, onAgain }: { readonly refusal: Refusal; readonly onAgain?: () => void }) {
  const { tryAgain, request, waitFor } = useWords();
  const textOf = useProblemText();
  const { number } = useFormats();
  const { code, requestId, waitSec, detail } = refusal;
  return (
    <div className="note bad" role="alert">
      <p>
        {textOf(code)} {waitSec !== null && waitSec > 1 && waitFor({ seconds: number(waitSec) })}
      </p>
      <ServerTextLines lines={detail === null ? [] : [detail]} />
      <p className="fine">
        <code>{code}</code>
        {requestId !== null && (
          <>
            {' · '}
            {request} <code>{requestId}</code>
          </>
        )}
      </p>
      {onAgain !== undefined && <QuietButton onPress={onAgain}>{tryAgain}</QuietButton>}
    </div>
  );
}

export function Await<Value>({
  loaded,
  children,
}: {
  readonly loaded: Loaded<Value> & { readonly reload: () => void };
  readonly children: (value: Value) => ReactNode;
}) {
  if (loaded.state === 'loading') return <Loading />;
  if (loaded.state === 'refused') return <Problem refusal={loaded.refusal} onAgain={loaded.reload} />;
  return children(loaded.value);
}

export const Empty = ({ children }: { readonly children: ReactNode }) => <p className="empty">{children}</p>;

type Tone = 'good' | 'warn' | 'bad';

/** A note that is read out when it appears. */
export const Note = ({ tone, children }: { readonly tone?: Tone | undefined; readonly children: ReactNode }) => (
  <p className={`note ${tone ?? ''}`} role={tone === 'bad' ? 'alert' : 'status'}>
    {children}
  </p>
);

export const Done = ({ children }: { readonly children: ReactNode }) => <Note tone="good">{children}</Note>;

export const Light = ({
  light,
  children,
}: {
  readonly light: 'ok' | 'warn' | 'fail' | 'none';
  readonly children: string;
}) => (
  <span className="light" data-light={light}>
    {children}
  </span>
);

export const Progress = ({
  label,
  text,
  value,
  most,
}: {
  readonly label: string;
  readonly text: string;
  readonly value: number;
  readonly most: number;
}) => (
  <p className="progress">
    <span className="line">{text}</span>
    <progress aria-label={label} value={value} max={Math.max(1, most)} />
  </p>
);

/** Heading of one object, with a link to the list of all. */
export const Title = ({ name, to, all }: { readonly name: string; readonly to: string; readonly all: string }) => (
  <>
    <h1>
      <bdi>{name}</bdi>
    </h1>
    <p>
      <Link to={to}>{all}</Link>
    </p>
  </>
);

export const Section = ({
  heading,
  intro,
  children,
}: {
  readonly heading: string;
  readonly intro?: string;
  readonly children: ReactNode;
}) => (
  <section>
    <h2>{heading}</h2>
    {intro !== undefined && <p className="soft">{intro}</p>}
    {children}
  </section>
);

/** Button of a secondary action. */
export const QuietButton = (props: ButtonProps) => <Button className="button quiet" {...props} />;

/** Warns, next to a form that sends e-mails, that this server only writes them to a file. */
export function OutboxNote() {
  const { outbox: words } = useWords();
  return useSessionActions().session.outbox.includes('email') ? <Note tone="warn">{words.note}</Note> : null;
}

/** Returns a function that replaces “sent” if this server only writes the messages of the channel to a file. */
export function useSentText(): (sent: string, channel?: string) => string {
  const { outbox: words } = useWords();
  const { outbox } = useSessionActions().session;
  return (sent, channel = 'email') => (outbox.some((each) => each === channel) ? words.written : sent);
}

interface LandingProps {
  readonly id: string;
  /** Result of the action; `null` before. */
  readonly after?: unknown;
  readonly children: ReactNode;
}

/** Part of a page that is scrolled into view and focused after an action, or if the address names it. */
export function Landing({ id, after = null, children }: LandingProps) {
  const place = useRef<HTMLDivElement>(null);
  const key = useNavigationKey();
  useEffect(() => {
    if (after === null && location.hash !== `#${id}`) return;
    place.current?.focus({ preventScroll: true });
    place.current?.scrollIntoView();
  }, [id, key, after]);
  return (
    <div ref={place} id={id} tabIndex={-1}>
      {children}
    </div>
  );
}
