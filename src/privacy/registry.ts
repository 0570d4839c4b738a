import type { JsonObject } from '../core/base/json.js';
import { bindingOf, type ConnectedSubject } from '../core/connection.js';
import { dataConsentData } from '../core/consented-data/consents.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { attemptData } from '../core/limits/attempts.js';
import { linkData } from '../core/links/links.js';
import { consentData } from '../enrolment/consent.js';
import { earlierFrameData } from '../enrolment/earlier-frames.js';
import { passkeyData } from '../enrolment/passkey-record.js';
import { recoveryCodeData } from '../enrolment/recovery-codes.js';
import { callerPinData } from '../help-desk/caller-pins.js';
import { helpRequestData } from '../help-desk/help-requests.js';
import { noticeChoiceData } from '../notifications/choice.js';
import { noticeDeviceData } from '../notifications/devices.js';
import { knownPlaceData } from '../notifications/known-places.js';
import { noticeLinkData } from '../notifications/not-me.js';
import { notedContactData } from '../recovery/contacts.js';
import { endedRecoveryData, recoveryData } from '../recovery/record.js';
import { bypassData } from '../step-up/codes/bypass.js';
import { glanceData } from '../step-up/glance.js';
import { passedStepUpData } from '../step-up/passed-step-up.js';

/** What the core stores about people, without the extensions. */
export const corePersonalData = [
  helpRequestData,
  dataConsentData,
  noticeLinkData,
  passedStepUpData,
  glanceData,
  passkeyData,
  recoveryCodeData,
  bypassData,
  callerPinData,
  recoveryData,
  notedContactData,
  endedRecoveryData,
  earlierFrameData,
  knownPlaceData,
  linkData,
  attemptData,
  consentData,
  noticeChoiceData,
  noticeDeviceData,
] as const satisfies readonly PersonalData[];

/** Data that remains after an erasure, with the reason, retention and keys. */
export const remainingData = [
  {
    what: 'deny_list',
    why: 'The public ids of the erased tokens, so that copies of them are refused. An id is a digest and does not identify a person.',
    until: 'the token would have expired',
    keys: ['revoked:*'],
  },
  {
    what: 'step_ups',
    why: 'Face checks that were started and cannot continue: they are stored under random ids.',
    until: 'at most 31 days after the erasure',
    keys: ['step-up:*'],
  },
  {
    what: 'enrolment_end',
    why: 'The times at which the last enrolment began and ended, under the id of the account, so that earlier links cannot be used to enrol, the time at which face checks in progress were ended, and whether someone ended it who did not show the face.',
    until: '31 days after the erasure',
    keys: ['enrolment-end:*:*', 'enrolment-made:*:*', 'enrolment-ended-without-face:*:*', 'checks-end:*:*'],
  },
  {
    what: 'notice_link',
    why: 'The link in the notification about the ended enrolment, for reporting that another person ended it. Only the account that it belongs to is stored.',
    until: 'seven days after the erasure',
    keys: noticeLinkData.keys,
  },
  {
    what: 'credential_status',
    why: 'Bits of a status list that revoke the person’s credentials. They do not identify a person.',
    until: 'a day after the last credential in the list would have expired',
    keys: ['credential-status:*:*', 'credential-status-current:*'],
  },
  {
    what: 'audit_trail',
    why: 'Audit records without biometric data. They are evidence, and single records cannot be removed.',
    until: 'the retention of the trail ends',
    keys: [],
  },
  {
    what: 'provider_account',
    why: 'The account at the identity provider, which this service does not store. If it exists, its face attribute was cleared.',
    until: 'the organisation deletes it there',
    keys: [],
  },
  {
    what: 'backups',
    why: 'Copies of the store that were made before the erasure.',
    until: 'the organisation overwrites them',
    keys: [],
  },
] as const;

export async function readPersonalData(
  { connection, subject }: ConnectedSubject,
  deps: Ports<'state' | 'clock' | 'keys' | 'settings'>,
): Promise<readonly JsonObject[]> {
  const who = { connection: connection.id, subject };
  const binding = bindingOf(connection, subject);
  const held: JsonObject[] = [];
  for (const { read } of deps.settings.personalData) if (read !== null) held.push(await read(who, deps, binding));
  return held;
}
