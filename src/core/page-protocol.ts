import * as z from 'zod/mini';
import { actionGuard } from '../../client/action.js';
import { formatIso } from './base/iso-time.js';
import { hints } from './hints.js';
import { movements } from './movements.js';
import { screenAxes, screenColours } from './screen-light.js';
import type { EpochMs } from './units.js';

/*
 * Guards of the replies to the capture page, which ignores fields that it does not know. The page bundles this file, so
 * it must not import Node modules or additional parts of zod.
 */

export const stepUpPurposes = ['verify', 'enrol', 'manage'] as const;
export type StepUpPurpose = (typeof stepUpPurposes)[number];

/** `camera` is a phone that lends its camera. The phone is `unpaired` until its user has chosen the number. */
const sessionRoles = ['own', 'unpaired', 'camera'] as const;
export type SessionRole = (typeof sessionRoles)[number];

export const anotherWays = ['passkey', 'recovery_code', 'email', 'sms', 'bypass_code'] as const;
export type AnotherWay = (typeof anotherWays)[number];

export const helpReasons = ['no_camera', 'not_recognised', 'cannot_move', 'not_wanted', 'other'] as const;
export type HelpReason = (typeof helpReasons)[number];

export const notificationKinds = ['enrolled', 'new_place', 'refused', 'locked', 'ended'] as const;
export type NotificationKind = (typeof notificationKinds)[number];

export const namedAction = z.object({ words: actionGuard, digest: z.string() });

/** RFC 3339 time in UTC. The server's code may also give it in milliseconds since 1970. */
export const instant = z.pipe(
  z.transform((time: EpochMs | string) => (typeof time === 'number' ? formatIso(time) : time)),
  z.iso.datetime(),
);

/** A URL whose scheme cannot run scripts. */
const link = z.url({ protocol: /^(?!(javascript|data|vbscript|blob)$)/i });

export const handOff = z.object({
  state: z.enum(['waiting', 'opened', 'paired', 'refused']),
  code: z.nullable(z.string()),
});

export const pairing = z.object({
  /** Place of the number: another browser's screen, or a help desk call in which it is read out. */
  kind: z.enum(['screen', 'call']),
  choices: z.array(z.string()),
  application: z.nullable(z.string()),
  browser: z.nullable(z.string()),
  system: z.nullable(z.string()),
});

export const view = z.object({
  id: z.string(),
  purpose: z.enum(stepUpPurposes),
  state: z.enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned']),
  role: z.enum(sessionRoles),
  organisation: z.nullable(z.string()),
  /** Address of the person’s own page. `null` if there is none. */
  ownPage: z._default(z.nullable(link), null),
  /** Host of the application that requested the check. `null` if unknown, and on a phone that lends its camera. */
  application: z._default(z.nullable(z.string()), null),
  expiresAt: instant,
  /** Days for which the enrolment is kept, or `null` for no limit. */
  retentionDays: z.nullable(z.int()),
  /** True if a test person is checked, without a camera. */
  isTest: z._default(z.boolean(), false),
  consentNeeded: z.boolean(),
  /** Action to show verbatim before the camera opens. The page sends the action's digest when it starts a challenge. */
  action: z.nullable(
    z.extend(namedAction, {
      /** True if a word mixes scripts. The page then warns. */
      mixedScripts: z.boolean(),
    }),
  ),
  agreedAt: z.nullable(instant),
  consentVersion: z.string(),
  userSecret: z.enum(['none', 'pin', 'passkey']),
  /** Passkey for sign-ins: offered at an enrolment, or asked for with the face. */
  signInPasskey: z._default(z.enum(['none', 'offered', 'asked']), 'none'),
  /**
   * Screen light is `none` if it is never used, `offered` if it is used when supported, and `demanded` if it is always
   * used.
   */
  light: z.enum(['none', 'offered', 'demanded']),
  /** Vendor whose liveness check comes next, or `null` for the own challenge. */
  livenessVendor: z._default(z.nullable(z.string()), null),
  /** True if the page shows a key of its browser, so that a later check can be a glance. */
  deviceKeyWanted: z._default(z.boolean(), false),
  referencePhotoNeeded: z.boolean(),
  /** Digital document whose portrait is compared with the pictures. `offered` if an enrolment is possible without it. */
  document: z._default(z.enum(['none', 'offered', 'needed']), 'none'),
  /** True if the organization's own photo is compared with the pictures. */
  companyPhotoCompared: z.boolean(),
  triesLeft: z.int(),
  phoneNeeded: z.boolean(),
  handOffAllowed: z.boolean(),
  /** `code` is the number to choose on the phone. On the phone it is `null`. */
  handOff: z.nullable(handOff),
  /** Numbers from which the user must choose, on a phone or during a help desk call, and the requesting application. */
  pairing: z.nullable(pairing),
  fallbackUrl: z.nullable(link),
  anotherWays: z.array(z.enum(anotherWays)),
  recoveryCodesOffered: z.boolean(),
  /** True if the receipt is issued on request, after the recovery codes. */
  receiptWaits: z.boolean(),
  helpOffered: z.boolean(),
  returnUrl: z.nullable(link),
});
export type View = z.output<typeof view>;

const light = z.object({ axis: z.enum(screenAxes), first: z.enum(screenColours), second: z.enum(screenColours) });

/** Instruction for picture number `index`, from 0, of `of`. `light` is `null` without screen light. */
const nextMovement = z.object({
  index: z.int(),
  of: z.int(),
  movement: z.enum(movements),
  light: z.nullable(light),
});
export type NextMovement = z.output<typeof nextMovement>;

const next = z.nullable(nextMovement);

const hint = z.nullable(z.enum(hints));

/** Seconds until the user's lockout ends, or `null` if there is none or this caller must not know of it. */
export const lockedForSec = z._default(z.nullable(z.int()), null);

/** Present if the user has no enrolment yet, unless this caller must not know. */
export const missingEnrolment = z._default(z.nullable(z.object({ linkOffered: z.boolean() })), null);
export type MissingEnrolment = NonNullable<z.output<typeof missingEnrolment>>;

export const openedReply = z.object({ session: z.string(), view, lockedForSec, missingEnrolment });
export const sessionReply = z.object({ view, receipt: z.nullable(z.string()), lockedForSec, missingEnrolment });
export const viewReply = z.object({ view });
export const challengeReply = z.object({ nonce: z.string(), expiresAt: instant, next });
/** `grant` is for the vendor's part of the page. `null`: the own challenge takes its place. */
export const vendorCheckReply = z.object({
  check: z.nullable(z.object({ nonce: z.string(), vendor: z.string(), grant: z.string(), expiresAt: instant })),
});
export type VendorCheck = NonNullable<z.output<typeof vendorCheckReply>['check']>;
/**
 * Milliseconds between looks of the page, and the most that it sends the digests of before one picture. Looks straight
 * ahead can be compared and enrolled. Those of movements are only judged (docs/liveness-method.md).
 */
export const looksOfPage = { everyMs: 125, most: 128, longestPx: { ahead: 480, movement: 320 } } as const;

/** `opened`: which of all looks are to be sent, from 0; empty before the last picture. */
export const frameReply = z.object({ next, opened: z.array(z.int()) });
/** Context in which a document's photo is encrypted before the challenge; later it is the nonce. */
export const contextOfReference = 'reference';
export const pictureKeysReply = z.object({ keys: z.array(z.string()) });
export const referenceReply = z.object({ hint });

/** Characters of an encrypted response with a portrait of usual size. */
export const maxDocumentCharacters = 256 * 1024;
export const documentRequestReply = z.object({
  protocol: z.string(),
  data: z.looseObject({}),
  link: z.nullable(z.string()),
});
export const documentReply = z.object({ response: z.nullable(z.string()), hint });

export const outcomeReply = z.object({
  view,
  outcome: z.enum(['passed', 'failed', 'try_again']),
  hint,
  receipt: z.nullable(z.string()),
  lockedForSec,
});
export type Outcome = z.output<typeof outcomeReply>;

/** False if this server has no e-mail or SMS service, so that the message was only written to the outbox file. */
const isSent = z.boolean();

export const sentCodeReply = z.object({ id: z.string(), expiresAt: instant, isSent });
export const setUpLinkReply = z.object({ isSent });
export const anotherWayReply = z.object({ view, receipt: z.nullable(z.string()) });
export const receiptReply = z.object({ receipt: z.nullable(z.string()) });
export const recoveryCodesReply = z.object({ codes: z.array(z.string()) });

export const handOffReply = z.object({ url: z.string(), code: z.string() });

/** Options as in WebAuthn Level 3. */
export const passkeyReply = z.object({ ceremony: z.enum(['create', 'get']), options: z.looseObject({}) });

export const enrolment = z.object({
  tokenId: z.string(),
  enrolledAt: z.nullable(instant),
  purpose: z.string(),
  expiresAt: z.nullable(instant),
});
export type Enrolment = z.output<typeof enrolment>;
export type GivenEnrolment = z.input<typeof enrolment>;

export const enrolmentReply = z.object({ enrolment: z.nullable(enrolment), mayRenew: z.boolean() });

const notices = z.object({
  on: z.array(z.enum(notificationKinds)),
  /** True if e-mails are sent even if a device gets a push notification. */
  email: z.boolean(),
  /** False if this server has no mail relay. */
  emailAvailable: z.boolean(),
  push: z.nullable(
    z.object({
      /** Public key for push subscriptions, in base64url. */
      publicKey: z.string(),
      /** SHA-256 of the registered push addresses, in base64url. */
      devices: z.array(z.string()),
    }),
  ),
});
export type Notices = z.output<typeof notices>;

export const noticesReply = z.object({ notices: z.nullable(notices) });
export const notMeReply = z.object({ organisation: z.nullable(z.string()), endsEnrolment: z.boolean() });
export const emptyReply = z.object({});
/** `page` is the page that accepts the ticket, or `null` for the kiosk's own page. */
export const kioskReply = z.object({ ticket: z.nullable(z.string()), page: z.nullable(link) });
