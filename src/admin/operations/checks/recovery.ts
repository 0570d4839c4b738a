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
    const { mode, secondThings, emailClaim, phoneClaim, managerClaim, returnUrl } = recovery;
    if (accountRecovery === null && returnUrl === null)
      return fail(
        'off: this provider has no credential for it',
        `Set recovery.returnUrl to a page of your own. ${remedy}`,
      );
    const unknown = [emailClaim, phoneClaim, managerClaim].find(
      (claim) => claim !== null && !profile.claimNames.has(claim),
    );
    if (unknown !== undefined)
      return fail(`the claim ${unknown} has no attribute at the provider`, `Name its attribute in "claims". ${remedy}`);
    if (secondThings.includes('manager') && managerClaim === null && profile.findManager === undefined)
      return fail('no one is asked as the manager: this provider names none', `Set recovery.managerClaim. ${remedy}`);
    if (delivery.kind === 'outbox' && (secondThings.includes('other_email') || secondThings.includes('manager')))
      return fail('e-mails go to a file, so no one gets the codes and links', 'Set delivery: docs/help-desk.md.');
    if (delivery.sms.kind === 'outbox' && secondThings.includes('phone'))
      return fail('SMS go to a file, so no one gets the codes', 'Set delivery.sms: docs/help-desk.md.');
    if (secondThings.includes('recovery_code') && !policy.anotherWay.recoveryCodes)
      return warn(
        'no one gets recovery codes',
        'Set policy.anotherWay.recoveryCodes, or take recovery_code off the list.',
      );
    const things = secondThings.join(', ');
    return mode === 'on'
      ? pass(`on, with ${things}`)
      : warn(
          `evaluation: nothing is issued. With ${things}`,
          'Set recovery.mode to "on" when the log is as you expect.',
        );
  },
});
