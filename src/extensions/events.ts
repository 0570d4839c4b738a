import { adminEvents } from '../admin/events.js';
import { trailEvents } from '../audit/own-events.js';
import { type AuditEvents, combineEvents } from '../core/audit-events.js';
import { enrolmentEvents } from '../enrolment/events.js';
import { apiClientEvents } from '../http/rest/events.js';
import { notificationEvents } from '../notifications/events.js';
import { openIdEvents } from '../oidc/events.js';
import { stepUpEvents } from '../step-up/events.js';
import { keyEvents } from '../storage/keys/events.js';
import { storeEvents } from '../storage/state/events.js';
import { campaignEvents } from './campaigns/events.js';
import { counterEvents } from './counter/events.js';
import { credentialEvents } from './credentials/events.js';
import { portalEvents } from './developer-portal/events.js';
import { organisationEvents } from './organisations/events.js';
import { rosterEvents } from './roster/events.js';
import { signatureEvents } from './signatures/events.js';

/** The audit events of all features. To remove an extension, remove its row here too. */
export const auditEvents: AuditEvents = combineEvents([
  enrolmentEvents,
  stepUpEvents,
  notificationEvents,
  openIdEvents,
  apiClientEvents,
  adminEvents,
  keyEvents,
  storeEvents,
  trailEvents,
  campaignEvents,
  counterEvents,
  credentialEvents,
  portalEvents,
  organisationEvents,
  rosterEvents,
  signatureEvents,
]);
