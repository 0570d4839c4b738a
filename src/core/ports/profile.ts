import type { PersonalData, SealedToken } from '../concealed.js';

/** A user, and how people know them. */
export interface Account {
  /** The immutable id. */
  readonly subject: string;
  /** The name the user signs in by, exactly as the provider has it. */
  readonly login: string;
  /** As the provider has it, verified or not; `null` without one. */
  readonly email: string | null;
  /** E.164, verified or not; `null` without one, or where the provider has none that is such a number. */
  readonly phone: string | null;
}

/** Somebody whom a search found. */
export interface NamedAccount extends Account {
  /** What people call them; `null` where the provider does not say. */
  readonly name: string | null;
}

/**
 * For whom a name is looked up. `outsider`: nobody vouches for who asks, so that a provider that tells how many calls are
 * left keeps enough of them for everybody else.
 */
export type Asker = 'known' | 'outsider';

/** A group of the provider: what is a role at some is a group here. */
export interface Group {
  /** The provider's own, which no other group has. */
  readonly id: string;
  /** `null` where it has none, or where others than the provider's administrators may choose it. */
  readonly name: string | null;
}

/** The enrolment token in one attribute of the user's profile at the identity provider, by immutable user id. */
export interface Profile {
  /**
   * The user who signs in by that name, in upper or lower case; `null` where there is none, or more than one. An id is no
   * login. What is found takes as long as what is not: all is read at once.
   * @param asker - `known` where it is left out
   * @throws FaceError `profile_unavailable`
   */
  findAccount(login: string, asker?: Asker): Promise<Account | null>;
  /** The same of a user by immutable id. @throws FaceError `subject_unknown`, `profile_unavailable` */
  readAccount(subject: string, asker?: Asker): Promise<Account>;
  /**
   * Users whose login, e-mail address or name begins with a text, in upper or lower case, active or not: for administrators
   * alone. It may be a moment behind. Nothing in the text is more than itself; a text that nobody is called finds nobody.
   * @param limit - most users that are told, 1–50
   * @throws FaceError `profile_unavailable`
   */
  searchAccounts(text: string, limit: number): Promise<readonly NamedAccount[]>;
  /** The claims of OpenID Connect that can be told of this provider's users. */
  readonly claimNames: ReadonlySet<string>;
  /**
   * What the provider says of a user now. A claim that it has no value for is left out.
   * @param names - some of `claimNames`
   * @throws FaceError `subject_unknown`, `profile_unavailable`
   */
  readClaims(subject: string, names: readonly string[]): Promise<PersonalData>;
  /**
   * The groups that a user is in now, all of them.
   * @throws FaceError `subject_unknown`, `profile_unavailable`, also where there are more than can be read at a sign-in
   */
  readGroups(subject: string): Promise<readonly Group[]>;
  /** @throws FaceError `subject_unknown`, `profile_unavailable` */
  readToken(subject: string): Promise<SealedToken | null>;
  /** @throws FaceError `subject_unknown`, `profile_unavailable` */
  writeToken(subject: string, token: SealedToken): Promise<void>;
  /** Clearing what is already clear succeeds. @throws FaceError `subject_unknown`, `profile_unavailable` */
  clearToken(subject: string): Promise<void>;
  /**
   * Ends the user’s sessions at the provider, and the refresh tokens it issued. Absent where the provider is not asked to.
   * @throws FaceError `subject_unknown`, `profile_unavailable`
   */
  readonly endSessions?: (subject: string) => Promise<void>;
}
