import { useState } from 'react';
import { languages } from '../../../../src/core/base/languages.js';
import type { InvitationReply } from '../../../../src/step-up/replies.js';
import { useAction, useMay, useSessionActions } from '../../frame/acting.js';
import type { ServerRequest } from '../../frame/call.js';
import { Link } from '../../frame/router.js';
import { useFormats, useLanguage } from '../../frame/words.js';
import { addressFor } from '../../ledger/names.js';
import { type Connection, invitationHours, inviteByEmail, type Person, type Who } from '../../ledger/requests.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { ActForm, NumberField, Select, toOptions } from '../../parts/form.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { Done, Note, OutboxNote, Section, useProblemText, useSentText } from '../../parts/state.js';
import { erasePerson, invitePerson, type Outcome, revokePerson, unlockPerson, useTexts } from './requests.js';

export function Actions({
  who,
  connection,
  name,
  person: { status, lockedUntil },
  canInvite,
  onChanged,
}: {
  readonly who: Who;
  /** `undefined` if the connections could not be read. */
  readonly connection: Connection | undefined;
  readonly name: string;
  readonly person: Pick<Person, 'status' | 'lockedUntil'>;
  /** False if the provider has no such user. */
  readonly canInvite: boolean;
  /** @param person - the new state, or `null` if the action does not change it */
  readonly onChanged: (person: Person | null) => void;
}) {
  const words = useTexts();
  const { call } = useSessionActions();
  const mayAssist = useMay('assist');
  const mayOperate = useMay('operate');
  const isLocked = lockedUntil !== null;
  const textOf = useProblemText();
  const [outcome, setOutcome] = useState<(Outcome & { readonly done: string }) | null>(null);
  const [receipt, setReceipt] = useState<string | null>(null);
  const act = async <Reply extends { readonly subjects: readonly Outcome[] }>(
    request: ServerRequest<Reply>,
    done: string,
  ) => {
    const reply = await call(request);
    const [found] = reply.subjects;
    setOutcome(found === undefined ? null : { ...found, done });
    onChanged(found?.person ?? null);
    return reply;
  };
  const { unlock, revoke, erase } = words;
  if (!mayAssist && !mayOperate) return null;
  return (
    <Section heading={words.actions}>
      {outcome !== null && (
        <Note tone={outcome.code === null ? 'good' : 'bad'}>
          {outcome.code === null ? outcome.done : textOf(outcome.code)}
        </Note>
      )}
      {receipt !== null && <ShownOnce label={erase.receipt} value={receipt} note={erase.receiptNote} />}
      <div className="actions">
        {mayAssist && canInvite && (
          <>
            {status !== 'enrolled' && <SendInvitation who={who} onSent={() => onChanged(null)} />}
            {connection !== undefined && connection.policy.bypass !== null && (
              <Link to={addressFor('/help-desk/bypass-codes', who)} className="button quiet">
                {words.bypassCode}
              </Link>
            )}
            <Link to={addressFor('/help-desk', who)} className="button quiet">
              {words.verifyCaller}
            </Link>
            {connection !== undefined && connection.recovery !== 'off' && (
              <Link to={addressFor('/help-desk/recoveries', who)} className="button quiet">
                {words.recoveryLink}
              </Link>
            )}
          </>
        )}
        {mayAssist && (
          <>
            {isLocked && (
              <ConfirmButton
                {...unlock}
                title={unlock.title({ login: name })}
                onConfirm={async () => void (await act(unlockPerson(who), unlock.done({ name })))}
              />
            )}
            {status !== 'none' && status !== 'ended' && (
              <ConfirmButton
                {...revoke}
                title={revoke.title({ login: name })}
                isGrave
                onConfirm={async () => void (await act(revokePerson(who), revoke.done({ name })))}
              />
            )}
          </>
        )}
        {mayOperate && (
          <ConfirmButton
            {...erase}
            title={erase.title({ login: name })}
            isGrave
            onConfirm={async () => setReceipt((await act(erasePerson(who), erase.done({ name }))).receipt)}
          />
        )}
      </div>
      {mayAssist && canInvite && <Invite who={who} status={status} onCreated={() => onChanged(null)} />}
    </Section>
  );
}

function SendInvitation({ who, onSent }: { readonly who: Who; readonly onSent: () => void }) {
  const { invite } = useTexts();
  const { call } = useSessionActions();
  const { instant } = useFormats();
  const language = useLanguage();
  const [until, setUntil] = useState<string | null>(null);
  const toSent = useSentText();
  return (
    <>
      <ConfirmButton
        label={invite.byEmail}
        title={invite.byEmailTitle}
        action={invite.send}
        onConfirm={async () => {
          setUntil((await call(inviteByEmail(who, language))).expiresAt);
          onSent();
        }}
        text={invite.byEmailText({ language: languages[language] })}
      >
        <OutboxNote />
      </ConfirmButton>
      {until !== null && <Done>{toSent(invite.sent({ until: instant(until) }))}</Done>}
    </>
  );
}

/** Creates a link. Enrolled users need none to enrol. */
function Invite({
  who,
  status,
  onCreated,
}: {
  readonly who: Who;
  readonly status: Person['status'];
  readonly onCreated: () => void;
}) {
  const { invite } = useTexts();
  const { call } = useSessionActions();
  const purposes = status === 'enrolled' ? (['manage'] as const) : (['enrol', 'manage'] as const);
  const [purpose, setPurpose] = useState<(typeof purposes)[number]>(purposes[0]);
  const [invited, setInvited] = useState<InvitationReply | null>(null);
  return (
    <details>
      <summary>{invite.asLink}</summary>
      {invited !== null && <InvitationLink made={invited} />}
      <ActForm
        submit={invite.submit}
        onSubmit={async (fields) => {
          const asked = { purpose: String(fields.get('purpose')), lifeHours: Number(fields.get('hours')) };
          setInvited(await call(invitePerson(who, asked)));
          onCreated();
        }}
      >
        <Select
          // The form is reset after each link. A new field begins with the purpose that was chosen.
          key={invited?.url}
          name="purpose"
          label={invite.purpose}
          initial={purpose}
          onChoose={setPurpose}
          options={toOptions(invite, purposes)}
        />
        <NumberField name="hours" label={invite.hours} min={1} max={720} initial={invitationHours} />
      </ActForm>
    </details>
  );
}

export function useInvitation() {
  const { call } = useSessionActions();
  const [made, setMade] = useState<(InvitationReply & { readonly who: Who }) | null>(null);
  const { refusal, run } = useAction();
  const make = ({ connection, subject }: Who): void => {
    const who = { connection, subject };
    const asked = invitePerson(who, { purpose: 'enrol', lifeHours: invitationHours });
    void run(() => call(asked).then((invited) => setMade({ ...invited, who })));
  };
  return { made, refusal, make };
}

export function InvitationLink({
  made,
  about,
}: {
  readonly made: InvitationReply;
  /** The user, if not shown elsewhere. */
  readonly about?: string;
}) {
  const { invite } = useTexts();
  const { instant } = useFormats();
  return (
    <ShownOnce
      label={about === undefined ? invite.link : `${invite.link}: ${about}`}
      value={made.url}
      note={invite.note({ until: instant(made.expiresAt) })}
    />
  );
}
