import { FaceError, nullIfUnknown } from '../errors.js';
import type { SupportedLanguage } from './language.js';
import type { GlancePolicy } from './liveness-policy.js';
import type {
  AccountRecovery,
  Accuracy,
  Binding,
  CallerClass,
  CompanyPhoto,
  PresentedDocuments,
  Profile,
} from './ports.js';
import type { notEnrolledPolicies, PolicyMode, RuledPolicy } from './rules/rule.js';
import type { SignIn, SignInTerms } from './rules/sign-in-terms.js';
import type { SecondThing } from './second-things.js';
import type { Credential, OwnPhoto, SealedToken } from './secrets.js';
import type { TestOutcome } from './test-outcomes.js';
import type { EpochMs, EpochSec } from './units.js';

export interface Policy extends RuledPolicy {
  /** If it changes, every user must enrol again. */
  readonly accuracy: Accuracy;
  /** Purpose to which tokens are bound. If it changes, every user must enrol again. */
  readonly scope: string;
  /** True if a hook event must come from the IP address of the browser that passed the check. */
  readonly sameAddress: boolean;
  /** Time to wait for photos, in seconds. */
  readonly stepUpTimeoutSec: number;
  /** Lifetime of an enrolment in days, or `null` for unlimited. */
  readonly enrolmentDays: number | null;
  /** Action for users who passed a first factor, but have no enrolment. */
  readonly whenNotEnrolled: (typeof notEnrolledPolicies)[number];
  /** Second secret that opens a token together with the face. */
  readonly userSecret: 'none' | 'pin' | 'passkey';
  /** Devices allowed for capture. `phone` includes tablets. Kiosks are exempt. */
  readonly camera: 'any' | 'phone';
  /**
   * True if the user may continue on a phone. `null` allows it unless a passkey is required, because a hand-off link
   * could be forwarded.
   */
  readonly handOff: boolean | null;
  /** True if the page enrols a face only if it matches the photo of an identity document. */
  readonly referencePhoto: boolean;
  /** Photo that the organization already has, with which every enrolment is compared. `null`: none. */
  readonly photo: PhotoPolicy | null;
  /**
   * Who may replace the face of an enrolled person. `proven`: anyone who shows the previous face or matches the
   * organization's photo, and the help desk. `link`: also an invitation or a sign-in.
   */
  readonly replaceFace: 'proven' | 'link';
  readonly organisation: string | null;
  /** Link for users who do not show their face. If `null`, the page refers these users to the organization. */
  readonly fallbackUrl: string | null;
  /** Alternatives to the face, for users who passed the first factor. */
  readonly anotherWay: AnotherWayPolicy;
  readonly bypass: BypassPolicy;
  readonly helpRequests: boolean;
  readonly returnUrls: readonly string[];
  readonly notices: boolean;
  /** `null`: no check is a glance. */
  readonly glance: GlancePolicy | null;
  readonly language: SupportedLanguage;
  readonly helpDesk: string | null;
}

/** `helpDesk`: refused unless the help desk vouches for the person. */
export type UnprovenPolicy = 'refuse' | 'helpDesk';

export interface PhotoPolicy {
  /** In `shadow` mode, refusals are only recorded. It applies in every mode of the policy, which is about sign-ins. */
  readonly mode: PolicyMode;
  /**
   * The user's photo at the provider, the portrait of a digital document that the user presents, or the address of another
   * system, with claims in braces.
   */
  readonly source:
    | 'provider'
    | 'document'
    | { readonly url: string; readonly header: { readonly name: string; readonly value: Credential } | null };
  /** Hosts from which photos are fetched. */
  readonly hosts: readonly string[];
  /** True if these hosts may have addresses that are not public. */
  readonly privateAddresses: boolean;
  /** Minimum age of a photo, if the source reports its last change. `null` for any age. */
  readonly minAgeDays: number | null;
  readonly maxAgeDays: number | null;
  /** Meaning of a 403 of the server of photos. It may also be a wrong key of this server. */
  readonly whenForbidden: 'unavailable' | 'missing';
  /** Action if there is no usable photo. */
  readonly whenMissing: UnprovenPolicy;
  readonly whenUnlike: UnprovenPolicy;
}

/** Hides secrets of a policy: the path and the query of the photo's address can contain one. */
export const hideSecrets = ({ photo, ...policy }: Policy) => ({
  ...policy,
  photo: photo === null ? null : { ...photo, source: hideAddress(photo.source) },
});

const hideAddress = (source: PhotoPolicy['source']) =>
  typeof source === 'string'
    ? source
    : { url: `${new URL(source.url).origin}/…`, header: source.header && { name: source.header.name, value: '…' } };

export interface AnotherWayPolicy {
  readonly email: boolean;
  readonly sms: boolean;
  readonly recoveryCodes: boolean;
  /**
   * True if hooks and OpenID clients accept an alternative or a bypass code. Receipts and tokens state that no face was
   * checked.
   */
  readonly counts: boolean;
}

export interface BypassPolicy {
  readonly allowed: boolean;
  readonly minutes: number;
  /** Required approvals. With 2, they must come from different administrators. */
  readonly approvals: 1 | 2;
  /**
   * True if administrators may issue and approve codes with API keys. A person who has an API key and also signs in
   * then counts as two administrators.
   */
  readonly takesKeys: boolean;
}

export const recoveryModes = ['off', 'evaluation', 'on'] as const;
export type RecoveryMode = (typeof recoveryModes)[number];

export interface RecoveryPolicy {
  readonly mode: RecoveryMode;
  readonly secondThings: readonly SecondThing[];
  /** Claim with the second mailbox. The main mailbox proves nothing. */
  readonly emailClaim: string | null;
  /** Claim with the phone number. `null`: that of the profile. */
  readonly phoneClaim: string | null;
  /** Claim with the id or login of the manager. `null`: the manager of the directory. */
  readonly managerClaim: string | null;
  /** Days without a recovery after the face, the mailbox or the phone changed, or by a new manager. */
  readonly quietDays: number;
  /** True if administrators with API keys may approve. The person who holds a key is not known. */
  readonly takesKeys: boolean;
  readonly privileged: {
    /** Ids or names. */
    readonly groups: readonly string[];
    readonly action: 'refuse' | 'two_approvals';
    readonly delayHours: number;
    /** True if administrators with API keys may approve. A person with a key and a sign-in counts as two then. */
    readonly takesKeys: boolean;
  };
  /** E-mail addresses that get a message about recoveries of privileged people. */
  readonly owners: readonly string[];
  /** Page of the customer's own program that gets the receipt, if the provider has no credential. */
  readonly returnUrl: string | null;
}

/** Recovery at a connection. `issuer` is `null` if the provider has no credential: it ends in a receipt then. */
export interface ConnectedRecovery {
  readonly policy: RecoveryPolicy;
  readonly issuer: AccountRecovery | null;
  readonly findGroupIds: FindGroupIds;
}

/**
 * Finds the ids of the groups that an administrator named by id or name. Empty if the provider has none.
 * @throws `provider_refused`, `profile_unavailable`
 */
export type FindGroupIds = (named: string) => Promise<readonly string[]>;

/** A request that the provider's side signed and the user's browser delivers. */
export interface StepUpRequest {
  readonly subject: string;
  readonly audience: string;
  /** Each nonce can start only one step-up. */
  readonly nonce: string;
  readonly issuedAt: EpochSec;
  readonly expiresAt: EpochMs;
  /** True if the user passed a first factor. False if anyone could get the request. */
  readonly isAfterFirstFactor: boolean;
}

/** A started step-up. `<id>.<challenge>` is its ticket. */
export interface StartedStepUp {
  readonly id: string;
  readonly challenge: Credential;
  readonly expiresAt: EpochMs;
}

export interface Connection {
  readonly id: string;
  /** Name of the adapter's folder. */
  readonly kind: string;
  readonly policy: Policy;
  readonly profile: Profile;
  /**
   * Reads the photo of `policy.photo`. Absent without such a policy.
   * @throws `company_photo_invalid`, `company_photo_unavailable`, `subject_unknown`, `profile_unavailable`
   */
  readonly findPhoto?: ((subject: string, own: OwnPhoto) => Promise<CompanyPhoto | null>) | undefined;
  /** Reads digital documents. Absent unless they are the source of `policy.photo`. */
  readonly documents?: PresentedDocuments | undefined;
  /** Address of the page where people see their data. Absent if the connection has none. */
  readonly ownPage?: string | undefined;
  /** Absent if a recovery could end in nothing. Its mode may be `off`. */
  readonly recovery?: ConnectedRecovery | undefined;
  /** Absent without rules. */
  readonly signInRules?: SignInRules | undefined;
  /** How the check of each test person ends. Absent if the connection has real people. */
  readonly testOutcomeOf?: ((subject: string) => TestOutcome | null) | undefined;
  /** Verifies a signed step-up request. Absent if the provider signs none. @throws `caller_untrusted` */
  readonly openStepUpRequest?: ((request: string) => Promise<StepUpRequest>) | undefined;
}

/** Finds what a sign-in needs by the rules of a policy. */
export interface SignInRules {
  /** Looks facts about the person up. A fact that cannot be read is not known. */
  evaluate(signIn: SignIn): Promise<SignInTerms<Policy>>;
  /** Looks nothing up, so that each rule about the person decides by its `whenUnknown`. */
  evaluateInOutage(signIn: SignIn): SignInTerms<Policy>;
}

/** @throws `connection_unknown` */
export function requireConnection(
  id: string,
  { connections }: { readonly connections: ReadonlyMap<string, Connection> },
): Connection {
  const connection = connections.get(id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  return connection;
}

/** Returns the address of the person's own page in a language, or `null` if the connection has none. */
export const ownPageIn = ({ ownPage }: Connection, language: SupportedLanguage): string | null =>
  ownPage === undefined ? null : `${ownPage}?lang=${language}`;

export interface SubjectRef {
  readonly connection: string;
  readonly subject: string;
}

/** Returns an id that a person or program gave, in the form that the provider writes. */
export const toSubject = (given: string, { toSubject: normalize }: Pick<Profile, 'toSubject'>): string =>
  normalize === undefined ? given : normalize(given);

export interface ConnectedSubject {
  readonly connection: Connection;
  readonly subject: string;
}

/** Returns a test for what belongs to the same account. */
export const isOf =
  (who: SubjectRef) =>
  ({ connection, subject }: SubjectRef): boolean =>
    connection === who.connection && subject === who.subject;

export const toSubjectRef = ({ connection, subject }: ConnectedSubject): SubjectRef => ({
  connection: connection.id,
  subject,
});

/** Returns the context to which a subject's token is bound. */
export function bindingOf({ id, kind, policy }: Connection, subject: string): Binding {
  return { tenant: id, idp: kind, subject, scope: policy.scope, accuracy: policy.accuracy };
}

export const readTokenIfAny = (
  { profile }: Connection,
  subject: string,
  caller: CallerClass = 'known',
): Promise<SealedToken | null> => profile.readToken(subject, caller).catch(nullIfUnknown);

/** Returns the subject for a person without an account at the provider. It differs from every user id. */
export const subjectOfIdentifier = (identifier: string): string => `identifier:${identifier.toLowerCase()}`;

/** Returns true for a person who was named, but has no account at the provider. */
export const hasNoAccount = (subject: string): boolean => subject.startsWith('identifier:');

/**
 * Evidence of the person's identity before the face check of a step-up.
 * - `vouched`: the initiator authenticated the person, or vouches for them. Only then may the person enrol.
 * - `first_factor`: the person's own provider asks after a first factor. Failed checks count against the person.
 * - `anonymous`: no one. Failed checks count against the caller's address.
 */
export type Assurance =
  | { readonly kind: 'vouched' | 'first_factor' }
  | { readonly kind: 'anonymous'; readonly source: string };

export const vouched: Assurance = { kind: 'vouched' };

/** Returns the address of an anonymous caller, against which failures count, or `null`. */
export const anonymousSourceIn = (assurance: Assurance): string | null =>
  assurance.kind === 'anonymous' ? assurance.source : null;

/**
 * Tenant whose API clients may use every connection. Clients of another tenant may use the connection of the same name.
 */
export const standardTenant = 'default';
