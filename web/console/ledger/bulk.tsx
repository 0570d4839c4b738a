import { useEffect, useRef, useState } from 'react';
import { toRefusal, useSessionActions } from '../frame/acting.js';
import { Refusal, type ServerRequest } from '../frame/call.js';
import { useFormats, useWords } from '../frame/words.js';
import { Done, Progress, QuietButton, useProblemText } from '../parts/state.js';
import { nameIn, useNames } from './names.js';
import { keyOf, type Who } from './requests.js';

interface Failure {
  readonly who: Who;
  readonly refusal: Refusal;
}

interface Shown {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly isRunning: boolean;
  readonly failures: readonly Failure[];
}

/** Refusals that would also apply to every other person. */
const general = /^(role_missing|caller_untrusted|face_not_verified)$/;

export function useBulk() {
  const { call } = useSessionActions();
  const [shown, setShown] = useState<Shown | null>(null);
  const isStopped = useRef(false);
  const stop = (): void => {
    isStopped.current = true;
  };
  useEffect(() => stop, []);
  return {
    shown,
    stop,
    /** Performs an action for people one after the other, and collects the failures. The promise never rejects. */
    async run<Reply>(
      label: string,
      people: AsyncIterable<Who> | Iterable<Who>,
      total: number,
      toRequest: (who: Who) => ServerRequest<Reply>,
      onReply: (reply: Reply) => void = () => {},
    ): Promise<void> {
      isStopped.current = false;
      let done = 0;
      const failures: Failure[] = [];
      const show = (isRunning: boolean): void => setShown({ label, done, total, isRunning, failures: [...failures] });
      show(true);
      try {
        for await (const who of people) {
          if (isStopped.current) break;
          try {
            const reply = await call(toRequest(who));
            requireDone(reply);
            onReply(reply);
            done += 1;
          } catch (thrown) {
            const refusal = toRefusal(thrown);
            failures.push({ who, refusal });
            if (general.test(refusal.code)) break;
          }
          show(true);
        }
      } catch (thrown) {
        // The error came from reading the list, so the remaining people are unknown.
        failures.push({ who: { connection: '', subject: label }, refusal: toRefusal(thrown) });
      }
      show(false);
    },
  };
}

/** Throws the first failure in a reply that has one outcome per connection. */
export function requireDone(reply: unknown): void {
  const outcomes = typeof reply === 'object' && reply !== null && 'subjects' in reply ? reply.subjects : [];
  if (!Array.isArray(outcomes)) return;
  for (const outcome of outcomes) if (typeof outcome?.code === 'string') throw new Refusal(outcome.code, null);
}

export function BulkProgress({ bulk: { shown, stop } }: { readonly bulk: ReturnType<typeof useBulk> }) {
  const { bulk: words } = useWords();
  const { number } = useFormats();
  const textOf = useProblemText();
  const names = useNames(shown?.failures.map(({ who }) => who).filter(({ connection }) => connection !== '') ?? []);
  if (shown === null) return null;
  const { label, done, total, isRunning, failures } = shown;
  return (
    <div>
      {isRunning ? (
        <>
          <Progress
            label={label}
            text={words.progress({ done: number(done + failures.length), total: number(total) })}
            value={done + failures.length}
            most={total}
          />
          <QuietButton onPress={stop}>{words.stop}</QuietButton>
        </>
      ) : (
        <Done>
          {label}: {words.done({ done: number(done), total: number(total) })}
        </Done>
      )}
      {failures.length > 0 && (
        <div className="note bad" role="alert">
          <p>{words.failed({ count: number(failures.length) })}</p>
          <ul className="lines">
            {failures.map(({ who, refusal }) => (
              <li key={keyOf(who)}>
                <bdi>{nameIn(names, who)}</bdi>: {textOf(refusal.code)} <code>{refusal.code}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
