import { useState } from 'react';
import { useActing, useMay } from '../../frame/acting.js';
import type { ServerRequest } from '../../frame/call.js';
import type { Who } from '../../ledger/requests.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, Choice, Field } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Done, useProblemText } from '../../parts/state.js';
import { InvitationLink, usualHours } from './invitation.js';
import type { PeopleWords } from './messages/people-words.js';
import { erasePerson, invitePerson, type Outcome, revokePerson, unlockPerson } from './requests.js';

/** Actions for one user, by right. */
export function Actions({
  who,
  name,
  words,
  onChanged,
}: {
  readonly who: Who;
  readonly name: string;
  readonly words: PeopleWords;
  readonly onChanged: () => void;
}) {
  const { call } = useActing();
  const [mayAssist, mayOperate] = [useMay('assist'), useMay('operate')];
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const [receipt, setReceipt] = useState<string | null>(null);
  const act = async <Reply extends { readonly subjects: readonly Outcome[] }>(request: ServerRequest<Reply>) => {
    const reply = await call(request);
    setOutcomes(reply.subjects);
    onChanged();
    return reply;
  };
  const { unlock, revoke, erase } = words;
  return (
    <section>
      <h2>{words.actions}</h2>
      {outcomes !== null && <Outcomes outcomes={outcomes} words={words} />}
      {receipt !== null && <ShownOnce label={erase.receipt} value={receipt} note={erase.receiptNote} />}
      <div className="actions">
        {mayAssist && (
          <>
            <ConfirmButton
              label={unlock.label}
              title={unlock.title(name)}
              action={unlock.label}
              onConfirm={async () => void (await act(unlockPerson(who)))}
            >
              <p>{unlock.text}</p>
            </ConfirmButton>
            <ConfirmButton
              label={revoke.label}
              title={revoke.title(name)}
              action={revoke.label}
              isGrave
              onConfirm={async () => void (await act(revokePerson(who)))}
            >
              <p>{revoke.text}</p>
            </ConfirmButton>
          </>
        )}
        {mayOperate && (
          <ConfirmButton
            label={erase.label}
            title={erase.title(name)}
            action={erase.label}
            isGrave
            onConfirm={async () => setReceipt((await act(erasePerson(who))).receipt)}
          >
            <p>{erase.text}</p>
          </ConfirmButton>
        )}
      </div>
      {mayAssist && <Invite who={who} words={words} />}
    </section>
  );
}

/** Results by connection. */
function Outcomes({ outcomes, words }: { readonly outcomes: readonly Outcome[]; readonly words: PeopleWords }) {
  const textOf = useProblemText();
  return (
    <Done>
      {outcomes.map(({ connection, code }) => (
        <span key={connection}>
          <bdi>{connection}</bdi>: {code === null ? words.done : textOf(code)}
          <br />
        </span>
      ))}
    </Done>
  );
}

function Invite({ who, words }: { readonly who: Who; readonly words: PeopleWords }) {
  const { call } = useActing();
  const { invite } = words;
  const [invited, setInvited] = useState<{ readonly url: string; readonly expiresAt: string } | null>(null);
  return (
    <details>
      <summary>{invite.heading}</summary>
      {invited !== null && <InvitationLink made={invited} words={words} />}
      <ActForm
        submit={invite.submit}
        onSubmit={async (fields) => {
          const asked = { purpose: String(fields.get('purpose')), lifeHours: Number(fields.get('hours')) };
          setInvited(await call(invitePerson(who, asked)));
        }}
      >
        <Choice
          name="purpose"
          label={invite.purpose}
          options={[
            { value: 'enrol', label: invite.enrol },
            { value: 'manage', label: invite.manage },
          ]}
        />
        <Field
          name="hours"
          label={invite.hours}
          type="number"
          min={1}
          max={720}
          initial={String(usualHours)}
          isRequired
        />
      </ActForm>
    </details>
  );
}
