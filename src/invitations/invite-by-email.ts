import { type ConnectedSubject, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { SupportedLanguage } from '../core/language.js';
import { consumeLimits, refundOnFailure } from '../core/limits/limits.js';
import { FaceError } from '../errors.js';
import { builtInWords, composeInvitation } from '../notifications/email/invitation.js';
import type { Agent } from '../step-up/codes/bypass.js';
import { type StartedStepUp, startStepUp } from '../step-up/step-up.js';

/**
 * E-mails one user, at their address at the provider, an invitation to enrol. The e-mail has the built-in
 * text.
 * @throws `subject_unknown`, `contact_missing`, `locked_out`, `delivery_failed`
 */
export async function inviteByEmail(
  invited: ConnectedSubject & {
    /** `null` if the user requested it. */
    readonly by: Agent | null;
    readonly language: SupportedLanguage;
    readonly returnUrl: string | null;
    readonly lifeSec: number;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'delivery' | 'settings' | 'brandOf' | 'linkOf'>,
): Promise<StartedStepUp> {
  const { connection, subject, by, language, lifeSec } = invited;
  const { login, email } = await connection.profile.readAccount(subject);
  if (email === null) throw new FaceError('contact_missing');
  const who = toSubjectRef(invited);
  const person = JSON.stringify([who.connection, subject]);
  const limitOfPerson = by === null ? 'setUpLinksOfPerson' : 'invitationsOfPerson';
  await consumeLimits(
    [by === null ? ['setUpLinksOfConnection', connection.id] : ['invitationsOfAgent', by.id], [limitOfPerson, person]],
    deps,
  );
  return refundOnFailure(
    limitOfPerson,
    person,
    async () => {
      const started = await startStepUp(
        {
          connection,
          subject,
          purpose: 'enrol',
          callerHeldToken: null,
          receipt: null,
          hookSignIn: null,
          ...(by === null ? {} : { by: by.name }),
          returnUrl: invited.returnUrl,
          lifeSec,
        },
        deps,
      );
      const letter = composeInvitation(
        {
          language,
          words: builtInWords('invitation', language),
          to: { name: null, login },
          address: deps.linkOf(started, language),
          expiresAt: started.expiresAt,
        },
        await deps.brandOf(connection),
      );
      await deps.delivery.send({ channel: 'email', to: email, ...letter });
      const detail = { campaign: null, stepUpId: started.id, kind: 'invitation', by: by?.name } as const;
      await deps.audit.append({ action: 'invitation_sent', ...who, detail });
      return started;
    },
    deps,
  );
}
