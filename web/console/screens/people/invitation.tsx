import { useState } from 'react';
import { useActing, useAction } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { invitationHours, type Who } from '../../ledger/requests.js';
import { ShownOnce } from '../../parts/shown-once.js';
import { invitePerson } from './requests.js';
import { useTexts } from './texts.js';

interface Invitation {
  readonly url: string;
  readonly expiresAt: string;
}

export function useInvitation() {
  const { call } = useActing();
  const [made, setMade] = useState<(Invitation & { readonly who: Who }) | null>(null);
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
  readonly made: Invitation;
  /** The user, if not shown elsewhere. */
  readonly about?: string;
}) {
  const { invite } = useTexts();
  const { instant } = useFormats();
  return (
    <ShownOnce
      label={about === undefined ? invite.link : `${invite.link}: ${about}`}
      value={made.url}
      note={invite.note(instant(made.expiresAt))}
    />
  );
}
