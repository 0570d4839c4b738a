import { FaceError } from '../errors.js';

/** `own`: the browser the link was for; `camera`: a phone that lends it its camera. */
export type SessionRole = 'own' | 'camera';

type Allowed = Readonly<Record<SessionRole, boolean>>;

const everyone: Allowed = { own: true, camera: true };
const ownAlone: Allowed = { own: true, camera: false };

/**
 * Who may do what with a session. A phone does what belongs to the pictures, and to the secret that goes with them: the
 * person who holds it agrees, unlocks their passkey there, or gives up. It learns nothing of what is held of them.
 */
const allowedBy = {
  read: everyone,
  consent: everyone,
  decline: everyone,
  start_challenge: everyone,
  commit_frame: everyone,
  submit_frames: everyone,
  start_passkey: everyone,
  start_hand_off: ownAlone,
  read_enrolment: ownAlone,
  revoke_enrolment: ownAlone,
  renew_enrolment: ownAlone,
} as const satisfies Record<string, Allowed>;

/** What a session may be used for. */
export type SessionAction = keyof typeof allowedBy;

/** @throws FaceError `step_up_unknown`: not with a session of this role */
export function checkAllowed(action: SessionAction, role: SessionRole): void {
  if (!allowedBy[action][role]) throw new FaceError('step_up_unknown', { action, role });
}
