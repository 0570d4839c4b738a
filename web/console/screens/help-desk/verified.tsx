import { useState } from 'react';
import { languages } from '../../../../src/core/base/languages.js';
import { useLoaded, useSessionActions } from '../../frame/acting.js';
import { post, type ServerRequest } from '../../frame/call.js';
import { Link } from '../../frame/router.js';
import { useLanguage } from '../../frame/words.js';
import { requireDone } from '../../ledger/bulk.js';
import { EnrolledNote, useConnectionOf } from '../../ledger/enrolled-note.js';
import { addressFor, pathOf } from '../../ledger/names.js';
import { inviteByEmail, readPerson, type Who } from '../../ledger/requests.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Done, OutboxNote, useSentText } from '../../parts/state.js';
import { useTexts } from './texts.js';

/** What helps a caller whose identity is verified. */
export function Verified({ who, name }: { readonly who: Who; readonly name: string }) {
  const { calls, ledger } = useTexts();
  const { next } = calls;
  const { call } = useSessionActions();
  const language = useLanguage();
  const toSent = useSentText();
  const found = useLoaded(readPerson(who));
  const { connection } = useConnectionOf(who);
  const [done, setDone] = useState<readonly string[]>([]);
  const person = found.value?.person;
  const isLocked = person?.lockedUntil != null && !done.includes(next.unlock.done);
  const act = (request: ServerRequest<unknown>, text: string) => async (): Promise<void> => {
    requireDone(await call(request));
    setDone([...done, text]);
  };
  return (
    <>
      {done.length > 0 && <Done>{done.at(-1)}</Done>}
      <div className="actions">
        {isLocked && (
          <ConfirmButton
            label={next.unlock.label}
            title={next.unlock.title({ name })}
            text={next.unlock.text}
            onConfirm={act(post('/v1/subjects/unlock', who), next.unlock.done)}
          />
        )}
        <ConfirmButton
          label={next.invite.label}
          title={next.invite.title({ name })}
          text={next.invite.text({ language: languages[language] })}
          onConfirm={act(inviteByEmail(who, language), toSent(next.invite.done))}
        >
          <EnrolledNote connection={connection} status={person?.status} words={ledger} />
          <OutboxNote />
        </ConfirmButton>
        {connection !== undefined && connection.policy.bypass !== null && (
          <Link to={addressFor('/help-desk/bypass-codes', who)} className="button quiet">
            {next.code}
          </Link>
        )}
        <Link to={pathOf(who)} className="button quiet">
          {next.open}
        </Link>
      </div>
    </>
  );
}
