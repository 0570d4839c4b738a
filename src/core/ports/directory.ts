import type { Account } from './profile.js';

/** A user as a list of the provider shows them. */
export interface Member extends Omit<Account, 'phone'> {
  /** Whether the attribute of the token holds something. */
  readonly isEnrolled: boolean;
}

/** Who belongs together at the identity provider, and who must be registered there. Never asked while somebody signs in. */
export interface Directory {
  /**
   * The active users of a group, page by page, as the provider lists them.
   * @param group - the provider's id of it, or its name where no other has the same
   * @throws FaceError `not_found`: there is no such group, or more than one; `provider_refused`, `profile_unavailable`
   */
  listMembers(group: string): AsyncIterable<readonly Member[]>;
  /**
   * Registers somebody for the face check, where the provider offers it only to who is; who is registered stays so. `null`
   * where nobody has to be.
   * @throws FaceError `provider_refused`, `profile_unavailable`
   */
  readonly register: ((person: Pick<Account, 'subject' | 'login'>) => Promise<void>) | null;
}
