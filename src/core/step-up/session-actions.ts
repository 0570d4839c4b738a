import { FaceError } from '../../errors.js';
import type { SessionRole } from '../page-protocol.js';

type Allowed = Readonly<Record<SessionRole, boolean>>;

const everyone: Allowed = { own: true, unpaired: true, camera: true };
const whoHasACamera: Allowed = { own: true, unpaired: false, camera: true };
const ownAlone: Allowed = { own: true, unpaired: false, camera: false };
const unpairedAlone: Allowed = { own: false, unpaired: true, camera: false };

/**
 * Permissions per role. After its user has chosen the number, a phone may give consent, submit pictures and secrets,
 * and abandon the step-up. The phone never sees data about the enrolment.
 */
const allowedBy = {
  read: everyone,
  consent: whoHasACamera,
  decline: whoHasACamera,
  start_challenge: whoHasACamera,
  commit_frame: whoHasACamera,
  look_at_reference: whoHasACamera,
  submit_frames: whoHasACamera,
  start_passkey: whoHasACamera,
  start_hand_off: ownAlone,
  choose_number: unpairedAlone,
  ask_for_help: ownAlone,
  send_code: ownAlone,
  pass_another_way: ownAlone,
  make_recovery_codes: ownAlone,
  take_receipt: ownAlone,
  read_enrolment: ownAlone,
  read_notices: ownAlone,
  choose_notices: ownAlone,
  add_notice_device: ownAlone,
  remove_notice_device: ownAlone,
  revoke_enrolment: ownAlone,
  renew_enrolment: ownAlone,
  read_data_consents: ownAlone,
  withdraw_data_consent: ownAlone,
  read_links: ownAlone,
  end_link: ownAlone,
  read_checks: ownAlone,
  read_devices: ownAlone,
  forget_known_places: ownAlone,
  read_services: ownAlone,
  export_held: ownAlone,
} as const satisfies Record<string, Allowed>;

export type SessionAction = keyof typeof allowedBy;

/** @throws `step_up_unknown` if the role does not allow the action */
export function checkAllowed(action: SessionAction, role: SessionRole): void {
  if (!allowedBy[action][role]) throw new FaceError('step_up_unknown', { action, role });
}
