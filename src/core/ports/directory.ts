import type { Account } from './profile.js';

export interface Member extends Omit<Account, 'phone'> {
  readonly isEnrolled: boolean;
}

/** Groups and registration at the identity provider. Not used during sign-ins. */
export interface Directory {
  /**
   * Lists the active users of a group, page by page.
   * @param group - the provider's id, or a unique name
   * @throws `not_found`: no such group, or several; `provider_refused`, `profile_unavailable`
   */
  listMembers(group: string): AsyncIterable<readonly Member[]>;
  /**
   * Registers a user for the face check, if the provider requires it. Idempotent. `null` if no registration is needed.
   * @throws `provider_refused`, `profile_unavailable`
   */
  readonly register: ((person: Pick<Account, 'subject' | 'login'>) => Promise<void>) | null;
}
