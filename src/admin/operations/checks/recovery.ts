import type { DeliveryConfig } from '../../../config/delivery.js';
import type { Adapter } from '../../../connections/adapter.js';
import { type Check, type Finding, fail, pass, warn } from '../../../connections/provisioning.js';
import type { ConfiguredConnection } from '../../../connections/setup.js';

const remedy = 'See docs/recovery.md.';

/**
 * Checks whether a recovery can succeed at a connection, as far as this server knows. The provider's part has checks of
 * its own.
 */
export const createRecoveryCheck = (
  { policy, recovery }: Pick<ConfiguredConnection, 'policy' | 'recovery'>,
  { accountRecovery, profile }: Pick<Adapter, 'accountRecovery' | 'profile'>,
  delivery: Pick<DeliveryConfig, 'kind' | 'sms'>,
): Check => ({
  title: 'Account recovery',
  async run(): Promise<Finding> {
    const { mode, secondThings, emailClaim, phoneClaim, managerClaim, returnUrl, privileged, takesKeys } = recovery;
    if (accountRecovery === undefined && returnUrl === null)
      return fail(
        'off: this provider has no credential for it',
        `Set recovery.returnUrl to a page of your own. ${remedy}`,
      );
    const unknown = [emailClaim, phoneClaim, managerClaim].filter(
      (claim) => claim !== null && !profile.claimNames.has(claim),
    );
    const takes = (thing: (typeof secondThings)[number]): boolean => secondThings.includes(thing);
    const hasNoManager = takes('manager') && managerClaim === null && profile.findManager === undefined;
    const mails = takes('other_email') || takes('manager') || privileged.action === 'two_approvals';
    const problems: readonly (readonly [boolean, string, string])[] = [
      [unknown.length > 0, `no attribute for the claim ${unknown.join(', ')}`, 'Name its attribute in "claims"'],
      [hasNoManager, 'no one is asked as the manager: this provider names none', 'Set recovery.managerClaim'],
      [delivery.kind === 'outbox' && mails, 'e-mails go to a file, so no one gets them', 'Set delivery'],
      [delivery.sms.kind === 'outbox' && takes('phone'), 'SMS go to a file, so no one gets them', 'Set delivery.sms'],
      [
        takes('recovery_code') && !policy.anotherWay.recoveryCodes,
        'no one gets recovery codes',
        'Set policy.anotherWay.recoveryCodes, or take recovery_code off the list',
      ],
      [
        policy.helpDesk === null,
        'no one is told if a person reports that a recovery was not theirs',
        'Set policy.helpDesk to the address of the help desk',
      ],
    ];
    const found = problems.filter(([isSo]) => isSo);
    if (found.length > 0) {
      const toFinding = mode === 'on' ? fail : warn;
      return toFinding(
        found.map(([, problem]) => problem).join('; '),
        `${found.map(([, , todo]) => todo).join('. ')}. See docs/recovery.md and docs/configuration.md.`,
      );
    }
    const keys = takes('help_desk') && takesKeys ? '. API keys may approve (recovery.takesKeys)' : '';
    // Without a photo of the organization, only the help desk makes enrolments whose codes count.
    const codes = policy.photo === null ? 'recovery_code (of enrolments by the help desk)' : 'recovery_code';
    const things = secondThings.map((each) => (each === 'recovery_code' ? codes : each)).join(', ') + keys;
    return mode === 'on'
      ? pass(`on, with ${things}`)
      : warn(
          `evaluation: nothing is issued. With ${things}`,
          'Set recovery.mode to "on" when the log is as you expect.',
        );
  },
});
