import type { PersonalData, SealedToken } from '../concealed.js';

export interface Account {
  readonly subject: string;
  readonly login: string;
  /** Verified or not; `null` if missing. */
  readonly email: string | null;
  /** E.164, verified or not; `null` if missing or in another format. */
  readonly phone: string | null;
}

export interface NamedAccount extends Account {
  /** `null` if missing. */
  readonly name: string | null;
}

/** Caller of a look-up. `outsider`: anonymous; providers that report their rate limit reserve calls for others. */
export type Asker = 'known' | 'outsider';

export interface Group {
  readonly id: string;
  /** `null` if others than administrators can choose it. */
  readonly name: string | null;
}

/** The enrolment token in a profile, by immutable user id. */
export interface Profile {
  /**
   * Finds a user by login, ignoring case; `null` if none or several. An id is not a login. Takes equally long for
   * unknown users.
   * @throws `profile_unavailable`
   */
  findAccount(login: string, asker?: Asker): Promise<Account | null>;
  /** Reads a user by immutable id. @throws `subject_unknown`, `profile_unavailable` */
  readAccount(subject: string, asker?: Asker): Promise<NamedAccount>;
  /**
   * Searches users by the beginning of login, e-mail address or name, active or not. For administrators only. Results
   * may lag. The text has no wildcards.
   * @param limit - maximum results, 1–50
   * @throws `profile_unavailable`
   */
  searchAccounts(text: string, limit: number): Promise<readonly NamedAccount[]>;
  readonly claimNames: ReadonlySet<string>;
  /**
   * Reads a user's claims, without empty ones.
   * @param names - some of `claimNames`
   * @throws `subject_unknown`, `profile_unavailable`
   */
  readClaims(subject: string, names: readonly string[]): Promise<PersonalData>;
  /**
   * Reads all current groups of a user.
   * @throws `subject_unknown`, `profile_unavailable`: also if there are too many
   */
  readGroups(subject: string): Promise<readonly Group[]>;
  /** @throws `subject_unknown`, `profile_unavailable` */
  readToken(subject: string): Promise<SealedToken | null>;
  /** @throws `subject_unknown`, `profile_unavailable` */
  writeToken(subject: string, token: SealedToken): Promise<void>;
  /** Clears the token. Idempotent. @throws `subject_unknown`, `profile_unavailable` */
  clearToken(subject: string): Promise<void>;
  /**
   * Ends sessions and refresh tokens at the provider. Absent if unsupported.
   * @throws `subject_unknown`, `profile_unavailable`
   */
  readonly endSessions?: (subject: string) => Promise<void>;
}
