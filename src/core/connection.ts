import { FaceError } from '../errors.js';
import type { SealedToken } from './concealed.js';
import type { LetterLanguage } from './letters/language.js';
import type { Accuracy, Binding, Profile } from './ports.js';
import type { EpochMs, EpochSec } from './units.js';

export interface Policy {
  /** `shadow` never blocks. */
  readonly mode: 'enforce' | 'shadow';
  /** Changing it requires everyone to enrol again. */
  readonly accuracy: Accuracy;
  /** Changing it requires everyone to enrol again. */
  readonly scope: string;
  /** How long hooks accept a pass, in seconds. */
  readonly freshnessSec: number;
  /** A hook event must have the same IP address as the browser of the pass. */
  readonly sameAddress: boolean;
  /** Time to wait for photos, in seconds. */
  readonly stepUpTimeoutSec: number;
  /** `null`: unlimited. */
  readonly enrolmentDays: number | null;
  /**
   * Minimum: none; passive; a movement challenge; movements plus screen light if possible (`challenge`); or always both
   * (`light`). The capture page always asks for movements.
   */
  readonly liveness: 'off' | 'passive' | 'movement' | 'challenge' | 'light';
  /** For users whom the provider authenticated. */
  readonly whenNotEnrolled: 'refuse' | 'enrol';
  /** Second secret of a token. */
  readonly userSecret: 'none' | 'pin' | 'passkey';
  /** Devices allowed for capture. `phone`: also tablets. Kiosks are exempt. */
  readonly camera: 'any' | 'phone';
  /** `null`: unless a passkey is required, which a forwarded link would bypass. */
  readonly handOff: boolean | null;
  /** The page enrols only a face that matches an identity document. */
  readonly referencePhoto: boolean;
  /** Shown on the page; `null`: none. */
  readonly organisation: string | null;
  /** For users who do not show their face; `null`: the page refers them to the organization. */
  readonly fallbackUrl: string | null;
  /** For users who passed the first factor. */
  readonly anotherWay: AnotherWayPolicy;
  /** Bypass codes of the help desk. */
  readonly bypass: BypassPolicy;
  /** Users may ask the help desk on the page. */
  readonly helpRequests: boolean;
  readonly returnUrls: readonly string[];
  readonly notices: boolean;
  readonly language: LetterLanguage;
  /** `null`: no notification. */
  readonly helpDesk: string | null;
  readonly whenUnverified: UnverifiedPolicy;
  readonly whenUnavailable: UnverifiedPolicy;
}

export interface AnotherWayPolicy {
  readonly email: boolean;
  readonly sms: boolean;
  readonly recoveryCodes: boolean;
  /**
   * Hooks and OpenID clients accept an alternative or bypass code; receipts and tokens state that no face was checked.
   */
  readonly counts: boolean;
}

export interface BypassPolicy {
  readonly allowed: boolean;
  readonly minutes: number;
  /** With 2, they must differ. */
  readonly approvals: 1 | 2;
  /** Administrators may use API keys. A person with a key and a sign-in counts as two administrators. */
  readonly takesKeys: boolean;
}

/** `omit_claim` allows the sign-in without the claim. */
export type UnverifiedPolicy = 'deny' | 'omit_claim';

/** `pass` allows and claims nothing, for shadow mode. */
export type HookFallback = UnverifiedPolicy | 'pass';

/** Signed by the provider's side and delivered by the user's browser. */
export interface StepUpRequest {
  readonly subject: string;
  readonly audience: string;
  /** Each nonce opens one step-up. */
  readonly nonce: string;
  readonly issuedAt: EpochSec;
  readonly expiresAt: EpochMs;
}

export interface Connection {
  readonly id: string;
  /** Name of its adapter's folder. */
  readonly kind: string;
  readonly policy: Policy;
  readonly profile: Profile;
  /** Verifies a signed step-up request; `null` if the provider signs none. @throws `caller_untrusted` */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
}

/** A user of a connection, by ids. */
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

/** Returns a subject's token; `null` without a token or user. @throws `profile_unavailable` */
export async function readTokenIfAny({ profile }: Connection, subject: string): Promise<SealedToken | null> {
  try {
    return await profile.readToken(subject);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return null;
    throw error;
  }
}

/** Returns the subject of a person without an account at the provider. Cannot collide with a user's id. */
export const subjectOfIdentifier = (identifier: string): string => `identifier:${identifier.toLowerCase()}`;
