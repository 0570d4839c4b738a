import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Loaded } from '../frame/acting.js';
import type { Refusal } from '../frame/call.js';
import { textIn, useFormats, useWords } from '../frame/words.js';

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
  const { code, requestId, waitSec } = refusal;
  return (
    <div className="note bad" role="alert">
      <p>
        {textOf(code)} {waitSec !== null && waitSec > 1 && waitFor(number(waitSec))}
      </p>
      <p className="fine">
        <code>{code}</code>
        {requestId !== null && (
          <>
            {' · '}
            {request} <code>{requestId}</code>
          </>
        )}
      </p>
      {onAgain !== undefined && (
        <Button className="button quiet" onPress={onAgain}>
          {tryAgain}
        </Button>
      )}
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

export const Done = ({ children }: { readonly children: ReactNode }) => (
  <p className="note good" role="status">
    {children}
  </p>
);
