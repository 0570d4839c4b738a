import { z } from 'zod';
import { type Policy, type RecoveryPolicy, recoveryModes } from '../core/connection.js';
import { emailGuard } from '../core/email-address.js';
import { secondThings } from '../core/second-things.js';
import { safeUrlGuard } from './safe-url.js';

const claimGuard = z
  .string()
  .regex(/^[A-Za-z][\w:.-]{0,99}$/, 'expected the name of a claim')
  .nullable()
  .default(null);

export const recoveryGuard = z
  .strictObject({
    mode: z
      .enum(recoveryModes)
      .default('off')
      .describe('`"evaluation"` checks and records everything, and issues nothing. `"on"` issues a credential.'),
    secondThings: z
      .array(z.enum(secondThings))
      .min(1)
      .max(secondThings.length)
      .default(['recovery_code', 'help_desk'])
      .describe(
        'What a person can prove in addition to the face: a recovery code, a code to the second mailbox (`other_email`) or to the `phone`, a `known_device`, a digital identity `document`, or the approval of the `help_desk` or of the `manager`.',
      ),
    emailClaim: claimGuard.describe(
      'Claim with the second mailbox, for `other_email`. The main mailbox proves nothing: a person who lost the account cannot read it.',
    ),
    phoneClaim: claimGuard.describe(
      'Claim with the phone number and its country code, for `phone`. `null`: the number of the profile.',
    ),
    managerClaim: claimGuard.describe(
      'Claim with the id or login of the person’s manager, for `manager`. `null`: the manager that the directory names, where the provider has one.',
    ),
    quietDays: z
      .int()
      .min(0)
      .max(30)
      .default(7)
      .describe(
        'Days without a recovery after the face, the mailbox or the phone changed or a transmitter (`signals`) reported a change, and without the approval of a new manager. 0 only with `"evaluation"`, to try it.',
      ),
    takesKeys: z
      .boolean()
      .default(true)
      .describe(
        '`false`: only administrators who signed in at the company’s provider may approve. The person who holds an API key is not known, so a key can approve the recovery of its own holder.',
      ),
    privileged: z
      .strictObject({
        groups: z
          .array(z.string().min(1).max(256))
          .max(50)
          .default([])
          .describe(
            'Groups of privileged people, by id or name. People with an administrator role at the provider always belong to them, where roles can be read.',
          ),
        action: z
          .enum(['refuse', 'two_approvals'])
          .default('refuse')
          .describe('`"two_approvals"`: two administrators approve, and then `delayHours` pass.'),
        delayHours: z
          .int()
          .min(1)
          .max(168)
          .default(24)
          .describe('Hours in which the person and the owners can stop it.'),
        takesKeys: z
          .boolean()
          .default(false)
          .describe(
            'True if administrators with an API key may approve, unless `recovery.takesKeys` is `false`. A person with a key and a sign-in counts as two then.',
          ),
      })
      .prefault({})
      .describe('People whose account is worth more than others.'),
    owners: z
      .array(emailGuard)
      .max(10)
      .default([])
      .describe('E-mail addresses that are told about each recovery of a privileged person.'),
    returnUrl: safeUrlGuard
      .nullable()
      .default(null)
      .describe(
        'Page of your own program that gets a signed receipt of the recovery, at a provider without a credential for it.',
      ),
  })
  .superRefine(({ secondThings: wanted, emailClaim, privileged, owners }, context) => {
    if (wanted.includes('other_email') && emailClaim === null)
      context.addIssue({ code: 'custom', path: ['emailClaim'], message: 'required by other_email' });
    if (privileged.action === 'two_approvals' && owners.length === 0)
      context.addIssue({ code: 'custom', path: ['owners'], message: 'required by two_approvals' });
  })
  .prefault({}) satisfies z.ZodType<RecoveryPolicy>;

/** Finds settings of the policy without which a recovery would prove less than it says. */
export function findRecoveryProblems({
  policy,
  recovery,
}: {
  readonly policy: Pick<Policy, 'liveness' | 'notices'>;
  readonly recovery: RecoveryPolicy;
}): readonly { readonly path: readonly string[]; readonly message: string }[] {
  if (recovery.mode === 'off') return [];
  const problems: { path: string[]; message: string }[] = [];
  if (policy.liveness === 'off' || policy.liveness === 'passive')
    problems.push({
      path: ['policy', 'liveness'],
      message: 'expected "movement", "challenge" or "light", as recovery is on: a photo must not recover an account',
    });
  if (recovery.mode === 'on' && recovery.quietDays === 0)
    problems.push({
      path: ['recovery', 'quietDays'],
      message:
        'expected at least 1, as recovery is on: anyone who replaces a face must not recover the account with it',
    });
  if (recovery.secondThings.includes('known_device') && !policy.notices)
    problems.push({
      path: ['policy', 'notices'],
      message: 'expected true, as recovery takes a known device: devices are noted only with notices',
    });
  return problems;
}
