import { expect } from '@jest/globals';
import type { Profile } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';

/** Makes the calls of a profile about a user who is called Ada and is in `groups` groups. */
export async function driveProfile(
  profile: Profile,
  { subject, login = 'ada@example.com', groups }: { subject: string; login?: string; groups: number },
): Promise<void> {
  expect((await profile.findAccount(login))?.subject).toBe(subject);
  expect(await profile.findAccount('nobody@example.com')).toBeNull();
  await profile.readAccount(subject);
  expect(await profile.searchAccounts('ada', 20)).toHaveLength(1);
  await profile.searchAccounts(`Ada "the Countess" O'Lovelace`, 20);
  expect(await profile.readGroups(subject)).toHaveLength(groups);
  await profile.writeToken(subject, new SealedToken('FV1.abc'));
  expect(await profile.readToken(subject)).not.toBeNull();
  await profile.clearToken(subject);
  await profile.endSessions?.(subject);
}
