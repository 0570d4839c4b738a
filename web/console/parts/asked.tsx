import { type ReactNode, useState } from 'react';
import { useAction, useSessionActions } from '../frame/acting.js';
import type { ServerRequest } from '../frame/call.js';
import { Problem, QuietButton } from './state.js';

/**
 * A button that sends a request, and shows its reply.
 * @param props.otherwise - shown while there is no reply
 * @param props.children - receives a function that removes the reply
 */
export function Asked<Reply>({
  label,
  request,
  otherwise = null,
  children,
}: {
  readonly label: string;
  readonly request: ServerRequest<Reply>;
  readonly otherwise?: ReactNode;
  readonly children: (reply: Reply, forget: () => void) => ReactNode;
}) {
  const { call } = useSessionActions();
  const { isBusy, refusal, run } = useAction();
  const [reply, setReply] = useState<Reply | null>(null);
  const ask = async (): Promise<void> => {
    setReply(null);
    const answer = await call(request);
    setReply(() => answer);
  };
  return (
    <>
      <p>
        <QuietButton isDisabled={isBusy} onPress={() => void run(ask)}>
          {label}
        </QuietButton>
      </p>
      {refusal !== null && <Problem refusal={refusal} />}
      {reply === null ? otherwise : children(reply, () => setReply(null))}
    </>
  );
}
