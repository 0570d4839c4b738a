import * as z from 'zod/mini';
import { instant } from './page-protocol.js';

/*
 * What the server replies to a person's own page, beside what every session of the capture page is told (page-protocol.ts). It
 * is a file of its own as the page loads it with that screen alone.
 */

/** What happened, of what concerns a person's face check. */
export const checkEvents = [
  'face_passed',
  'face_refused',
  'code_passed',
  'code_refused',
  'phone_refused',
  'stopped',
  'enrolled',
  'enrolment_refused',
  'ended',
  'page_opened',
] as const;
export type CheckEvent = (typeof checkEvents)[number];

/** Why something was refused, as the person is told it. */
export const checkReasons = [
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

const check = z.object({
  at: instant,
  event: z.enum(checkEvents),
  reason: z.nullable(z.enum(checkReasons)),
  /** The host that people know the application by; `null`: not known. */
  application: z.nullable(z.string()),
});
export type Check = z.output<typeof check>;

/** `cursor`: where the older ones begin; `null`: there are none. A page may be empty and have one. */
export const checksReply = z.object({ checks: z.array(check), cursor: z.nullable(z.string()) });
export type Checks = z.output<typeof checksReply>;

/** By language; English is always there. */
const texts = z.record(z.string(), z.string());
export type Texts = z.output<typeof texts>;

const dataConsent = z.object({
  client: z.string(),
  /** As people know the application; that of one that is registered no more is its id. */
  name: z.string(),
  /** By name. */
  claims: z.array(z.string()),
  /** What the application's registration calls a claim, by its name, where it does. */
  labels: z.record(z.string(), texts),
  givenAt: instant,
  expiresAt: instant,
});
export type ShownDataConsent = z.output<typeof dataConsent>;

export const dataConsentsReply = z.object({ dataConsents: z.array(dataConsent) });

const link = z.object({
  connection: z.string(),
  /** As people know the connection. */
  name: z.string(),
  linkedAt: instant,
  expiresAt: instant,
});
export type ShownLink = z.output<typeof link>;

/** Other connections at which an account is linked as the same person's. */
export const linksReply = z.object({ links: z.array(link) });

/** What is remembered of the devices of a person; each is `null` where there is nothing. */
export const devicesReply = z.object({
  passkey: z.nullable(z.object({ expiresAt: z.nullable(instant) })),
  recoveryCodes: z.nullable(z.object({ left: z.int(), madeAt: instant })),
  knownPlaces: z.nullable(z.object({ devices: z.int(), networks: z.int(), expiresAt: z.nullable(instant) })),
});
export type Devices = z.output<typeof devicesReply>;

const service = z.object({
  name: z.string(),
  /** The configuration takes no other. */
  url: z.url({ protocol: /^https?$/ }),
  text: z.nullable(texts),
});
export type Service = z.output<typeof service>;

export const servicesReply = z.object({ services: z.array(service) });

/** What is held of the person, as a file has it: shown nowhere, so nothing is asked of its form here. */
export const exportReply = z.object({ held: z.looseObject({}), checks: z.array(check), notHeld: z.array(z.string()) });
export type OwnExport = z.output<typeof exportReply>;
