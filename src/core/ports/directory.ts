import type { Account } from './profile.js';

export interface Member extends Omit<Account, 'phone'> {
  readonly isEnrolled: boolean;
}

/** Groups and user registration at the identity provider. Not used during sign-ins. */
export interface Directory {
  /**
   * Lists a group's active users, page by page.
   * @param group - id, or a unique name
   * @throws `not_found` if no group or several match; `provider_refused`, `profile_unavailable`
   */
  listMembers(group: string): AsyncIterable<readonly Member[]>;
  /**
   * Registers a user for the face check. Idempotent. `null` if the provider needs no registration.
   * @throws `provider_refused`, `profile_unavailable`
   */
  readonly register: ((person: Pick<Account, 'subject' | 'login'>) => Promise<void>) | null;
}
