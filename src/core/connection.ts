import { FaceError } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { LetterLanguage } from './letters/language.js';
import type { Accuracy, Binding, Profile } from './ports.js';
import type { EpochMs, EpochSec } from './units.js';

export interface Policy {
  /** `shadow` decides and records, but never blocks. */
  readonly mode: 'enforce' | 'shadow';
  /** Accuracy level of tokens; changing it requires everyone to enrol again. */
  readonly accuracy: Accuracy;
  /** Purpose of this connection's tokens; changing it requires everyone to enrol again. */
  readonly scope: string;
  /** How long hooks accept a passed step-up, in seconds. */
  readonly freshnessSec: number;
  /** True if a hook event must have the same IP address as the browser of the pass. */
  readonly sameAddress: boolean;
  /** Time to wait for photos, in seconds. */
  readonly stepUpTimeoutSec: number;
  /** Lifetime of an enrolment, in days; `null`: unlimited. */
  readonly enrolmentDays: number | null;
  /**
   * Minimum liveness: none; passive; a movement challenge; movements plus screen light if the conditions allow it
   * (`challenge`); or always both (`light`). The capture page always asks for movements.
   */
  readonly liveness: 'off' | 'passive' | 'movement' | 'challenge' | 'light';
  /** Action for a user without an enrolment, if the provider authenticated them. */
  readonly whenNotEnrolled: 'refuse' | 'enrol';
  /** Second secret that opens a token: none, a PIN, or the user's authenticator. */
  readonly userSecret: 'none' | 'pin' | 'passkey';
  /** Devices allowed for capture. `phone`: phones and tablets only. Kiosks are exempt. */
  readonly camera: 'any' | 'phone';
  /**
   * True if a browser may hand the capture to a phone; `null`: unless a passkey is required, which a forwarded link
   * would bypass.
   */
  readonly handOff: boolean | null;
  /** True if the capture page enrols only a face that matches a photo of an identity document. */
  readonly referencePhoto: boolean;
  /** Organization shown on the page; `null`: none. */
  readonly organisation: string | null;
  /** URL for users who cannot or will not show their face; `null`: the page refers them to the organization. */
  readonly fallbackUrl: string | null;
  /** Alternatives to the face on the capture page, for users who passed the first factor. */
  readonly anotherWay: AnotherWayPolicy;
  /** Bypass codes of the help desk. */
  readonly bypass: BypassPolicy;
  /** True if the capture page lets users ask the help desk for help. */
  readonly helpRequests: boolean;
  readonly returnUrls: readonly string[];
  readonly notices: boolean;
  readonly language: LetterLanguage;
  /** E-mail address of the help desk; `null`: no notification. */
  readonly helpDesk: string | null;
  readonly whenUnverified: UnverifiedPolicy;
  readonly whenUnavailable: UnverifiedPolicy;
}

export interface AnotherWayPolicy {
  readonly email: boolean;
  readonly sms: boolean;
  readonly recoveryCodes: boolean;
  /**
   * True if hooks and OpenID clients accept an alternative or a bypass code; receipts and tokens state that no face was
   * checked.
   */
  readonly counts: boolean;
}

export interface BypassPolicy {
  readonly allowed: boolean;
  readonly minutes: number;
  /** Number of administrators required; with 2, they must differ. */
  readonly approvals: 1 | 2;
  /** True if administrators may use API keys for it. A person with a key and a sign-in counts as two administrators. */
  readonly takesKeys: boolean;
}

/** `deny` refuses the sign-in; `omit_claim` allows it without the claim, for applications that check the claim. */
export type UnverifiedPolicy = 'deny' | 'omit_claim';

/** Hook response without a verified face: `pass` allows and claims nothing, for shadow mode. */
export type HookFallback = UnverifiedPolicy | 'pass';

/** A step-up request signed by the provider's side and delivered by the user's browser. */
export interface StepUpRequest {
  readonly subject: string;
  readonly audience: string;
  /** Included in the receipt; each nonce opens one step-up. */
  readonly nonce: string;
  readonly issuedAt: EpochSec;
  readonly expiresAt: EpochMs;
}

export interface Connection {
  readonly id: string;
  /** Kind of provider: the name of its adapter's folder. */
  readonly kind: string;
  readonly policy: Policy;
  readonly profile: Profile;
  /** Verifies and reads a signed step-up request; `null` if the provider signs none. @throws `caller_untrusted` */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
}

/** A user of a connection, by ids, as in stored data and the audit trail. */
export interface SubjectRef {
  readonly connection: string;
  readonly subject: string;
}

export interface ConnectedSubject {
  readonly connection: Connection;
  readonly subject: string;
}

export const toSubjectRef = ({ connection, subject }: ConnectedSubject): SubjectRef => ({
  connection: connection.id,
  subject,
});

/** Returns the binding of a subject's token. */
export function bindingOf({ id, kind, policy }: Connection, subject: string): Binding {
  return { tenant: id, idp: kind, subject, scope: policy.scope, accuracy: policy.accuracy };
}

/** Returns the token in a subject's profile; `null` without a token or user. @throws `profile_unavailable` */
export async function readTokenIfAny({ profile }: Connection, subject: string): Promise<SealedToken | null> {
  try {
    return await profile.readToken(subject);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return null;
    throw error;
  }
}

/**
 * Returns the subject of a person known only by name or address, not a provider user yet. Cannot collide with a user's
 * id, so its token cannot speak for a user.
 */
export const subjectOfIdentifier = (identifier: string): string => `identifier:${identifier.toLowerCase()}`;
