import * as z from 'zod/mini';
import { instant } from './page-protocol.js';

/* Guards of replies to a person's own page, in a separate file that the page loads only with that screen. */

export const checkEvents = [
  'face_passed',
  'face_refused',
  'code_passed',
  'code_refused',
  'passkey_passed',
  'passkey_refused',
  'passkey_added',
  'passkey_removed',
  'phone_refused',
  'stopped',
  'enrolled',
  'enrolment_refused',
  'ended',
  'page_opened',
] as const;
export type CheckEvent = (typeof checkEvents)[number];

const checkReasons = [
  'other_face',
  'not_enrolled',
  'not_live',
  'too_many',
  'expired',
  'ended',
  'picture',
  'code_wrong',
  'secret',
  'number_wrong',
  'not_asked_for',
  'trouble',
] as const;
export type CheckReason = (typeof checkReasons)[number];

/** A check as the person sees it, without other people and networks. */
const check = z.object({
  id: z.string(),
  at: instant,
  event: z.enum(checkEvents),
  reason: z.nullable(z.enum(checkReasons)),
  application: z.nullable(z.string()),
  /** Browser and system of the check, as they name themselves. `null` if they are not known. */
  device: z.nullable(z.object({ browser: z.nullable(z.string()), system: z.nullable(z.string()) })),
});
export type Check = z.output<typeof check>;
export type OwnCheck = z.input<typeof check>;

/** `cursor` is the start of the next older page, or `null` at the end. A page may be empty and still have a cursor. */
export const checksReply = z.object({ checks: z.array(check), cursor: z.nullable(z.string()) });
export type Checks = z.output<typeof checksReply>;

/** Secret of a page that asks the person to confirm a report. */
export const notMeLinkReply = z.object({ secret: z.string() });

/** Text by language. English is always present. */
const texts = z.record(z.string(), z.string());
export type Texts = z.output<typeof texts>;

const dataConsent = z.object({
  client: z.string(),
  name: z.string(),
  claims: z.array(z.string()),
  /** Labels of claims from the application's registration, by claim name. */
  labels: z.record(z.string(), texts),
  givenAt: instant,
  expiresAt: instant,
});
export type ShownDataConsent = z.output<typeof dataConsent>;

export const dataConsentsReply = z.object({ dataConsents: z.array(dataConsent) });

const link = z.object({
  connection: z.string(),
  name: z.string(),
  linkedAt: instant,
  expiresAt: instant,
});
export type ShownLink = z.output<typeof link>;

export const linksReply = z.object({ links: z.array(link) });

/** A field is `null` if the person has nothing of that kind. */
export const devicesReply = z.object({
  passkey: z.nullable(z.object({ expiresAt: z.nullable(instant) })),
  recoveryCodes: z.nullable(z.object({ left: z.int(), madeAt: instant })),
  mayChangePasskey: z._default(z.boolean(), false),
  mayMakeCodes: z._default(z.boolean(), false),
  mayMakeCallerPin: z._default(z.boolean(), false),
  knownPlaces: z.nullable(z.object({ devices: z.int(), networks: z.int(), expiresAt: z.nullable(instant) })),
});
export type Devices = z.output<typeof devicesReply>;

export const madeCallerPinReply = z.object({ pin: z.string(), expiresAt: instant });
export type CallerPin = z.output<typeof madeCallerPinReply>;

const service = z.object({
  name: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  text: z.nullable(texts),
});
export type Service = z.output<typeof service>;

export const servicesReply = z.object({ services: z.array(service) });

/** Offered as a download without being displayed, so its shape is not checked. */
export const exportReply = z.object({ held: z.looseObject({}), checks: z.array(check), notHeld: z.array(z.string()) });
