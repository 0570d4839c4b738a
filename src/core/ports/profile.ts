import type { OwnPhoto, PersonalData, Photo, SealedToken } from '../secrets.js';
import type { EpochMs } from '../units.js';

export interface Account {
  readonly subject: string;
  readonly login: string;
  readonly email: string | null;
  /** Phone number in E.164, verified or not. `null` if missing or in another format. */
  readonly phone: string | null;
}

export interface NamedAccount extends Account {
  readonly name: string | null;
}

/**
 * Caller of a look-up. If the provider reports its rate limit, an anonymous caller may use only a part of it.
 */
export type CallerClass = 'known' | 'anonymous';

export interface Group {
  readonly id: string;
  /** `null` if people other than administrators can choose the group's name. */
  readonly name: string | null;
}

/** Photo of a person that the organization already has. */
export interface CompanyPhoto {
  readonly photo: Photo;
  /** Last change of the photo. `null` if the source does not tell. */
  readonly changedAt: EpochMs | null;
}

/**
 * Access to a provider's user profiles, which hold the enrolment tokens. `subject` is the immutable user id. For an
 * anonymous caller, a look-up makes the same calls to the provider whatever the name or id, so that its time does not reveal
 * who exists.
 */
export interface Profile {
  /**
   * Finds a user by login, ignoring case. Returns `null` if none or several match. A user id does not count as a login.
   * @throws `profile_unavailable`
   */
  findAccount(login: string, caller?: CallerClass): Promise<Account | null>;
  /**
   * Returns an id that a person or program gave, in the form that the provider writes. Absent if ids have one form only.
   * Records have the id in their keys, so two forms would be two people.
   */
  readonly toSubject?: (given: string) => string;
  /** Set if a login that looks like an e-mail address may be none, such as `Saml_ada@example.com`. */
  readonly loginIsName?: true;
  /** Reads a user by immutable id. @throws `subject_unknown`, `profile_unavailable` */
  readAccount(subject: string, caller?: CallerClass): Promise<NamedAccount>;
  /**
   * Searches users, active or not, by the beginning of login, e-mail address or name. For administrators only. Recent
   * changes may be missing. The text has no wildcards.
   * @param limit - maximum results, 1–50
   * @param found - receives the users of each page of a provider, so that they are known if a later page fails
   * @throws `profile_unavailable`, with `detail.status` 429 if the provider limits the rate
   */
  searchAccounts(text: string, limit: number, found?: NamedAccount[]): Promise<readonly NamedAccount[]>;
  readonly claimNames: ReadonlySet<string>;
  /**
   * Reads a user's claims, without empty ones.
   * @param names - some of `claimNames`
   * @throws `subject_unknown`, `profile_unavailable`
   */
  readClaims(subject: string, names: readonly string[]): Promise<PersonalData>;
  /**
   * Reads all current groups of a user.
   * @throws `subject_unknown`; `profile_unavailable`, also for too many groups
   */
  readGroups(subject: string): Promise<readonly Group[]>;
  /**
   * Returns the photo of a user, or its address. `null` if there is none. Absent if the provider has no photos of its
   * own: the claim `picture` then holds an address.
   * @throws `subject_unknown`, `profile_unavailable`, `company_photo_invalid`, `company_photo_unavailable`
   */
  readonly findPhoto?: (subject: string, own: OwnPhoto) => Promise<CompanyPhoto | string | null>;
  /**
   * Reads the administrator roles that a user has at the provider, in the provider's names. Absent if the provider has
   * none: name groups in the configuration instead.
   * @throws `subject_unknown`, `profile_unavailable`; `provider_refused`, with the missing permissions
   */
  readonly readAdministratorRoles?: (subject: string) => Promise<readonly string[]>;
  /**
   * Finds the manager of a user. `null` if there is none. Absent if a claim has the manager's id or login.
   * @throws `subject_unknown`, `profile_unavailable`
   */
  readonly findManager?: (subject: string) => Promise<NamedAccount | null>;
  /** @throws `subject_unknown`, `profile_unavailable` */
  readToken(subject: string, caller?: CallerClass): Promise<SealedToken | null>;
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

export interface Member extends Omit<Account, 'phone'> {
  readonly isEnrolled: boolean;
}

/** A group as `listMembers` takes it, by `id`. */
export interface NamedGroup {
  readonly id: string;
  readonly name: string;
  /** True if people other than administrators can create groups of any name, so that the name proves nothing. */
  readonly isNameOpen?: boolean;
}

/** Groups and user registration at the identity provider. */
export interface Directory {
  /**
   * Lists a group's active users, page by page.
   * @param group - id, or a unique name
   * @throws `not_found` if no group or several match; `provider_refused`, `profile_unavailable`
   */
  listMembers(group: string): AsyncIterable<readonly Member[]>;
  /**
   * Finds at most 20 groups.
   * @param text - part of the name; providers that search by word find the beginnings of words
   * @throws `provider_refused`, `profile_unavailable`
   */
  searchGroups(text: string): Promise<readonly NamedGroup[]>;
  /**
   * Registers a user for the face check. Idempotent. `null` if the provider needs no registration.
   * @throws `provider_refused`, `profile_unavailable`
   */
  readonly register: ((person: Pick<Account, 'subject' | 'login'>) => Promise<void>) | null;
}
