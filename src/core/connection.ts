import { FaceError } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { LetterLanguage } from './letters/language.js';
import type { Accuracy, Binding, Profile } from './ports.js';
import type { EpochMs, EpochSec } from './units.js';

/** What one connection demands of a face check. */
export interface Policy {
  /** `shadow` decides and records, and never stands in the way. */
  readonly mode: 'enforce' | 'shadow';
  /** Tokens are sealed and checked at this level; changing it means enrolling anew. */
  readonly accuracy: Accuracy;
  /** What tokens of this connection may be used for; changing it means enrolling anew. */
  readonly scope: string;
  /** How long after a passed step-up a hook may still use it, in seconds. */
  readonly freshnessSec: number;
  /** Whether a hook event must tell the same address as the browser that a pass is for had. */
  readonly sameAddress: boolean;
  /** How long a step-up waits for its photos, in seconds. */
  readonly stepUpTimeoutSec: number;
  /** How long an enrolment lasts, in days; `null` is without end. */
  readonly enrolmentDays: number | null;
  /**
   * The least a face check must show: nothing, photos that pass passive liveness, or a challenge followed on the capture page:
   * of movements alone; of movements, and of the screen's light where the person and their surroundings let it be seen; or always
   * of both. The page always asks for the movements.
   */
  readonly liveness: 'off' | 'passive' | 'movement' | 'challenge' | 'light';
  /** What becomes of somebody without an enrolment, where the provider has proved who it is. */
  readonly whenNotEnrolled: 'refuse' | 'enrol';
  /** What a token needs beside the face to open: nothing, a PIN, or the person's own authenticator. */
  readonly userSecret: 'none' | 'pin' | 'passkey';
  /** Whose camera the capture page may use. `phone`: of phones and tablets alone. Kiosks are excepted. */
  readonly camera: 'any' | 'phone';
  /**
   * Whether a browser may hand the camera's part to a phone; `null`: unless a passkey is asked for, which a link that
   * somebody was sent would get around.
   */
  readonly handOff: boolean | null;
  /** Whether the capture page enrols only a face that matches a photo of an identity document. */
  readonly referencePhoto: boolean;
  /** Whose page it is, as the person reads it; `null` names nobody. */
  readonly organisation: string | null;
  /** Where somebody goes who cannot or will not show their face; `null`: the page tells them to ask the organisation. */
  readonly fallbackUrl: string | null;
  /** What the capture page itself offers in place of a face, to whoever has passed the first factor. */
  readonly anotherWay: AnotherWayPolicy;
  /** Codes that the help desk makes for one who cannot show their face. */
  readonly bypass: BypassPolicy;
  /** Whether the capture page lets a person ask the help desk for help. */
  readonly helpRequests: boolean;
  /** Where the capture page may send the browser at the end. */
  readonly returnUrls: readonly string[];
  /** Whether people get an e-mail about what happens to their face check. */
  readonly notices: boolean;
  /** Of letters to people. */
  readonly language: LetterLanguage;
  /** E-mail address of whoever helps people; `null`: nobody is told. */
  readonly helpDesk: string | null;
  /** What a hook answers where no fresh face check was found. */
  readonly whenUnverified: UnverifiedPolicy;
  /** What a hook answers where this service cannot tell, because its state store is down. */
  readonly whenUnavailable: UnverifiedPolicy;
}

/** Ways beside the face, and whether a pass by one counts. */
export interface AnotherWayPolicy {
  /** A one-time code to the e-mail address in the profile. */
  readonly email: boolean;
  /** A one-time code to the phone number in the profile. */
  readonly sms: boolean;
  /** Codes that the person got at their enrolment. */
  readonly recoveryCodes: boolean;
  /** Whether hooks and OpenID clients take such a pass, a bypass code's too; receipts and tokens say that no face was checked. */
  readonly counts: boolean;
}

/** Bypass codes of the help desk. */
export interface BypassPolicy {
  readonly allowed: boolean;
  /** The longest time one is good for, in minutes. */
  readonly minutes: number;
  /** How many administrators one takes; with two, another than the first. */
  readonly approvals: 1 | 2;
  /** Whether administrators may use their keys for it. A person with a key and a sign-in is two administrators. */
  readonly takesKeys: boolean;
}

/** `deny` refuses the sign-in; `omit_claim` lets it through without the claim, for applications that check the claim. */
export type UnverifiedPolicy = 'deny' | 'omit_claim';

/** What a hook does without a verified face: `pass` lets through and claims nothing, for shadow mode. */
export type HookFallback = UnverifiedPolicy | 'pass';

/** A step-up that the provider's side asked for and signed, to be brought here by the user's browser. */
export interface StepUpRequest {
  readonly subject: string;
  /** Who the receipt will be for. */
  readonly audience: string;
  /** Goes into the receipt; each opens one step-up. */
  readonly nonce: string;
  readonly issuedAt: EpochSec;
  readonly expiresAt: EpochMs;
}

/** One configured tenant of an identity provider. */
export interface Connection {
  readonly id: string;
  /** Which provider it is of: the name of its adapter's folder. */
  readonly kind: string;
  readonly policy: Policy;
  readonly profile: Profile;
  /**
   * Reads a step-up request that the provider's side signed; `null` where it signs none.
   * @throws FaceError `caller_untrusted`
   */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
}

/** A user of a connection, by ids: names what is kept of them, and stands in the audit trail. */
export interface SubjectRef {
  readonly connection: string;
  readonly subject: string;
}

/** The same with the connection itself, whose provider is asked about them. */
export interface ConnectedSubject {
  readonly connection: Connection;
  readonly subject: string;
}

export const toSubjectRef = ({ connection, subject }: ConnectedSubject): SubjectRef => ({
  connection: connection.id,
  subject,
});

/** What a token of this connection's subject is bound to. */
export function bindingOf({ id, kind, policy }: Connection, subject: string): Binding {
  return { tenant: id, idp: kind, subject, scope: policy.scope, accuracy: policy.accuracy };
}

/** The token in a subject's profile; `null`: none, or no such user. @throws FaceError `profile_unavailable` */
export async function readTokenIfAny({ profile }: Connection, subject: string): Promise<SealedToken | null> {
  try {
    return await profile.readToken(subject);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return null;
    throw error;
  }
}

/**
 * The subject of somebody who is no user of the provider yet, known there by a name or an address alone. No user's id is
 * like it: whoever keeps tokens cannot speak for a user.
 */
export const subjectOfIdentifier = (identifier: string): string => `identifier:${identifier.toLowerCase()}`;
