import type { Policy } from '../connection.js';
import type { EpochMs } from '../units.js';
import { type AskingBrowser, type StepUpPurpose, type StepUpRecord, type StepUpState, stateAt } from './record.js';
import type { SessionRole } from './session-actions.js';
import type { StepUp } from './stored.js';

/** Names the text of consent that the page shows. */
export const consentVersion = 'consent-1';

/** What the page may know of its step-up. */
export interface SessionView {
  readonly id: string;
  readonly purpose: StepUpPurpose;
  readonly state: StepUpState;
  readonly role: SessionRole;
  readonly organisation: string | null;
  readonly expiresAt: EpochMs;
  /** How long an enrolment lasts; `null`: until it is revoked. */
  readonly retentionDays: number | null;
  readonly consentNeeded: boolean;
  /** When the person agreed, at their enrolment, where that still holds for this check; `null`: not then. */
  readonly agreedAt: EpochMs | null;
  readonly consentVersion: string;
  readonly userSecret: Policy['userSecret'];
  readonly referencePhotoNeeded: boolean;
  readonly triesLeft: number;
  /** Whether this browser may let a phone lend its camera. */
  readonly handOffAllowed: boolean;
  /** `code`: what this screen shows, for the phone to choose; `null` on the phone. */
  readonly handOff: {
    readonly state: 'waiting' | 'opened' | 'paired' | 'refused';
    readonly code: string | null;
  } | null;
  /** What a phone is asked before anything else. */
  readonly pairing: Pairing | null;
  readonly fallbackUrl: string | null;
  /** Where to go at the end. */
  readonly returnUrl: string | null;
}

/** The numbers that a phone chooses among, and who says that they show one of them. */
export interface Pairing extends AskingBrowser {
  readonly choices: readonly string[];
  /** The host of the application that asked for the face check; `null` where that is not known. */
  readonly application: string | null;
}

/** What must come with the face; for a token that somebody keeps, what its keeper asks for is their own business. */
export const demandedSecret = ({ record, connection }: Pick<StepUp, 'record' | 'connection'>): Policy['userSecret'] =>
  record.kept === null ? (connection?.policy.userSecret ?? 'none') : 'none';

/** Whether a step-up may go on at another device. A passkey is proof against a link that somebody was sent; a hand-off is not. */
export const isHandOffAllowed = ({ connection }: Pick<StepUp, 'connection'>): boolean =>
  connection?.policy.handOff ?? connection?.policy.userSecret !== 'passkey';

function toHandOffView({ handOff }: StepUpRecord, role: SessionRole): SessionView['handOff'] {
  if (handOff === null) return null;
  const { sessionDigest, choice, code } = handOff;
  const unchosen = sessionDigest === null ? 'waiting' : 'opened';
  const state = ({ open: unchosen, right: 'paired', wrong: 'refused' } as const)[choice];
  return { state, code: role === 'own' ? code : null };
}

function toPairing({ handOff, application }: StepUpRecord, role: SessionRole): Pairing | null {
  if (role !== 'unpaired' || handOff === null || handOff.choice !== 'open') return null;
  const { choices, asking } = handOff;
  return { choices, application, ...(asking ?? { browser: null, system: null, network: null }) };
}

/** What the page may know of a stored step-up. */
export function toSessionView(stepUp: StepUp, role: SessionRole, now: EpochMs): SessionView {
  const { id, record, connection } = stepUp;
  const { purpose, consent, triesLeft, expiresAt, returnUrl } = record;
  const policy = connection?.policy;
  return {
    ...{ id, purpose, role, triesLeft, expiresAt, consentVersion },
    state: stateAt(record, now),
    organisation: policy?.organisation ?? null,
    retentionDays: policy?.enrolmentDays ?? null,
    consentNeeded: consent === null && purpose !== 'manage',
    agreedAt: consent !== null && consent.givenAt < record.startedAt ? consent.givenAt : null,
    userSecret: demandedSecret(stepUp),
    referencePhotoNeeded: purpose === 'enrol' && (policy?.referencePhoto ?? false),
    handOffAllowed: role === 'own' && isHandOffAllowed(stepUp),
    handOff: toHandOffView(record, role),
    pairing: toPairing(record, role),
    fallbackUrl: policy?.fallbackUrl ?? null,
    // The phone of a hand-off stays where it is: the other browser goes on.
    returnUrl: role === 'own' ? returnUrl : null,
  };
}
