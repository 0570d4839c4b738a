import type { Agent } from '../core/approver.js';
import { type ConnectedSubject, ownPageIn, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { knownShare } from '../core/fair-queue.js';
import type { SupportedLanguage } from '../core/language.js';
import { consumeLimits, type LimitUse, refundOnFailure } from '../core/limits/limits.js';
import { FaceError } from '../errors.js';
import { builtInWords, composeInvitation } from '../notifications/email/invitation.js';
import { readRecipient } from '../notifications/recipient.js';
import { type StartedStepUp, startStepUp } from '../step-up/step-up.js';
import { invitation } from './flow.js';

/**
 * E-mails one user, at their address at the provider, an invitation to enrol. The e-mail has the built-in
 * text.
 * @throws `subject_unknown`, `contact_missing`, `locked_out`, `delivery_failed`
 */
export async function inviteByEmail(
  invited: ConnectedSubject & {
    /** `null` if the user requested it. */
    readonly by: Agent | null;
    /** Language if the profile has none; `null` for that of the policy. */
    readonly language: SupportedLanguage | null;
    readonly returnUrl: string | null;
    readonly lifeSec: number;
  },
  deps: Ports<
    'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'delivery' | 'settings' | 'log' | 'brandOf' | 'linkOf'
  >,
): Promise<StartedStepUp> {
  const { connection, subject, by, lifeSec } = invited;
  const { login, email, name } = await connection.profile.readAccount(subject);
  if (email === null) throw new FaceError('contact_missing');
  const who = toSubjectRef(invited);
  const person = JSON.stringify([who.connection, subject]);
  const limitOfPerson = by === null ? 'setUpLinksOfPerson' : 'invitationsOfPerson';
  const ofAll: LimitUse =
    by === null ? ['setUpLinksOfConnection', connection.id, knownShare(person)] : ['invitationsOfAgent', by.id];
  await consumeLimits([ofAll, [limitOfPerson, person]], deps);
  const send = async (): Promise<StartedStepUp> => {
    const language = (await readRecipient(invited, deps)).language ?? invited.language ?? connection.policy.language;
    const started = await startStepUp(
      {
        connection,
        subject,
        purpose: 'enrol',
        by: by?.name,
        returnUrl: invited.returnUrl,
        lifeSec,
      },
      invitation,
      deps,
    );
    const letter = composeInvitation(
      {
        language,
        words: builtInWords('invitation', language),
        to: { name, login },
        address: deps.linkOf(started, language),
        expiresAt: started.expiresAt,
        ownPage: ownPageIn(connection, language),
      },
      await deps.brandOf(connection),
    );
    await deps.delivery.send({ channel: 'email', to: email, ...letter });
    const detail = { campaign: null, stepUpId: started.id, kind: 'invitation', by: by?.name } as const;
    await deps.audit.append({ action: 'invitation_sent', ...who, detail });
    return started;
  };
  // A mailbox that refuses every mail could otherwise use up the limit of the connection.
  return by === null ? send() : refundOnFailure(limitOfPerson, person, send, deps);
}
