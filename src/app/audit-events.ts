import { apiClientEvents } from '../access/events.js';
import { adminEvents } from '../admin/events.js';
import { trailEvents } from '../audit/own-events.js';
import { type AuditEvents, combineEvents } from '../core/audit-events.js';
import { draftEvents } from '../drafts/events.js';
import { enrolmentEvents } from '../enrolment/events.js';
import { campaignEvents } from '../extensions/campaigns/events.js';
import { counterEvents } from '../extensions/counter/events.js';
import { credentialEvents } from '../extensions/credentials/events.js';
import { portalEvents } from '../extensions/developer-portal/events.js';
import { organisationEvents } from '../extensions/organisations/events.js';
import { rosterEvents } from '../extensions/roster/events.js';
import { signalEvents } from '../extensions/shared-signals/events.js';
import { signatureEvents } from '../extensions/signatures/events.js';
import { notificationEvents } from '../notifications/events.js';
import { openIdEvents } from '../oidc/events.js';
import { recoveryEvents } from '../recovery/events.js';
import { stepUpEvents } from '../step-up/events.js';
import { keyEvents } from '../storage/keys/events.js';
import { storeEvents } from '../storage/state/events.js';

/** The audit events of all features. To remove an extension, remove its row here too. */
export const auditEvents: AuditEvents = combineEvents([
  enrolmentEvents,
  stepUpEvents,
  notificationEvents,
  recoveryEvents,
  openIdEvents,
  apiClientEvents,
  adminEvents,
  draftEvents,
  keyEvents,
  storeEvents,
  trailEvents,
  campaignEvents,
  counterEvents,
  credentialEvents,
  portalEvents,
  organisationEvents,
  rosterEvents,
  signalEvents,
  signatureEvents,
]);
