import * as z from 'zod/mini';
import { actionGuard } from '../../../client/action.js';
import { hints } from '../hints.js';
import { movements } from '../movements.js';
import { screenAxes, screenColours } from '../screen-light.js';

/*
 * Replies to the capture page, which shares these guards and ignores newer fields. The page loads this file: no Node
 * modules in here, and of zod only what the page has already.
 */

/** Check a face, enrol one, or show a person their data. */
export const stepUpPurposes = ['verify', 'enrol', 'manage'] as const;
export type StepUpPurpose = (typeof stepUpPurposes)[number];

/** `camera`: a phone that lends its camera; `unpaired`: before it has chosen the number. */
export const sessionRoles = ['own', 'unpaired', 'camera'] as const;
export type SessionRole = (typeof sessionRoles)[number];

/** E-mail, SMS, recovery code, or the help desk's bypass code. */
export const anotherWays = ['email', 'sms', 'recovery_code', 'bypass_code'] as const;
export type AnotherWay = (typeof anotherWays)[number];

export const helpReasons = ['no_camera', 'not_recognised', 'cannot_move', 'not_wanted', 'other'] as const;
export type HelpReason = (typeof helpReasons)[number];

export const noticeKinds = ['enrolled', 'new_place', 'refused', 'locked', 'ended'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export const namedAction = z.object({ words: actionGuard, digest: z.string() });

/** RFC 3339, UTC. */
export const instant = z.iso.datetime();

/** Without script schemes. */
const link = z.url({ protocol: /^(?!(javascript|data|vbscript|blob)$)/i });

export const view = z.object({
  id: z.string(),
  purpose: z.enum(stepUpPurposes),
  state: z.enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned']),
  role: z.enum(sessionRoles),
  organisation: z.nullable(z.string()),
  /** Host that requested the check; `null` if unknown, and on a phone that is the camera. */
  application: z._default(z.nullable(z.string()), null),
  expiresAt: instant,
  /** `null`: until revoked. */
  retentionDays: z.nullable(z.int()),
  consentNeeded: z.boolean(),
  /** Shown verbatim before the camera opens. Its digest goes with the challenge. */
  action: z.nullable(
    z.extend(namedAction, {
      /** True if a word mixes scripts: the page then warns. */
      mixedScripts: z.boolean(),
    }),
  ),
  agreedAt: z.nullable(instant),
  consentVersion: z.string(),
  userSecret: z.enum(['none', 'pin', 'passkey']),
  /** Never, if supported, or always. */
  light: z.enum(['none', 'offered', 'demanded']),
  referencePhotoNeeded: z.boolean(),
  triesLeft: z.int(),
  phoneNeeded: z.boolean(),
  handOffAllowed: z.boolean(),
  /** `code`: two digits to choose on the phone; `null` on the phone. */
  handOff: z.nullable(
    z.object({ state: z.enum(['waiting', 'opened', 'paired', 'refused']), code: z.nullable(z.string()) }),
  ),
  /** On a phone or during a help desk call, and who asks. */
  pairing: z.nullable(
    z.object({
      /** Place of the number: another browser's screen, or a help desk call. */
      kind: z.enum(['screen', 'call']),
      choices: z.array(z.string()),
      application: z.nullable(z.string()),
      browser: z.nullable(z.string()),
      system: z.nullable(z.string()),
      network: z.nullable(z.string()),
    }),
  ),
  fallbackUrl: z.nullable(link),
  anotherWays: z.array(z.enum(anotherWays)),
  recoveryCodesOffered: z.boolean(),
  /** Issued on request, after the codes. */
  receiptWaits: z.boolean(),
  helpOffered: z.boolean(),
  /** `null`: none. */
  returnUrl: z.nullable(link),
});
export type View = z.output<typeof view>;

const light = z.object({ axis: z.enum(screenAxes), first: z.enum(screenColours), second: z.enum(screenColours) });

/** The `index`-th of `of`, from 0; `light`: `null` without light. */
const nextMovement = z.object({
  index: z.int(),
  of: z.int(),
  movement: z.enum(movements),
  light: z.nullable(light),
});
export type NextMovement = z.output<typeof nextMovement>;

const next = z.nullable(nextMovement);

const hint = z.nullable(z.enum(hints));

/** Seconds until the user's lockout ends; `null`: none, or not revealed to this caller. */
export const lockedForSec = z._default(z.nullable(z.int()), null);

export const openedReply = z.object({ session: z.string(), view, lockedForSec });
export const sessionReply = z.object({ view, receipt: z.nullable(z.string()), lockedForSec });
export const viewReply = z.object({ view });
export const challengeReply = z.object({ nonce: z.string(), expiresAt: instant, next });
export const frameReply = z.object({ next });
export const referenceReply = z.object({ hint });

/** `receipt` is a signed statement for the application. */
export const outcomeReply = z.object({
  view,
  outcome: z.enum(['passed', 'failed', 'try_again']),
  hint,
  receipt: z.nullable(z.string()),
  lockedForSec,
});
export type Outcome = z.output<typeof outcomeReply>;

export const sentCodeReply = z.object({ id: z.string(), expiresAt: instant });
export const anotherWayReply = z.object({ view, receipt: z.nullable(z.string()) });
export const receiptReply = z.object({ receipt: z.nullable(z.string()) });
export const recoveryCodesReply = z.object({ codes: z.array(z.string()) });

export const handOffReply = z.object({ url: z.string(), code: z.string() });

/** WebAuthn Level 3. */
export const passkeyReply = z.object({ ceremony: z.enum(['create', 'get']), options: z.looseObject({}) });
export type PasskeyRequest = z.output<typeof passkeyReply>;

const enrolment = z.object({
  tokenId: z.string(),
  enrolledAt: z.nullable(instant),
  purpose: z.string(),
  expiresAt: z.nullable(instant),
});
export type Enrolment = z.output<typeof enrolment>;

/** `mayRenew`: this page may enrol a face. */
export const enrolmentReply = z.object({ enrolment: z.nullable(enrolment), mayRenew: z.boolean() });
export type HeldEnrolment = z.output<typeof enrolmentReply>;

const notices = z.object({
  on: z.array(z.enum(noticeKinds)),
  /** Even if a device gets the notification. */
  email: z.boolean(),
  /** `null`: no push notifications. */
  push: z.nullable(
    z.object({
      /** Base64url. */
      publicKey: z.string(),
      /** SHA-256 of push addresses, base64url. */
      devices: z.array(z.string()),
    }),
  ),
});
export type Notices = z.output<typeof notices>;

/** `null`: off. */
export const noticesReply = z.object({ notices: z.nullable(notices) });
export const emptyReply = z.object({});
/** `page`: accepts the ticket; `null`: the kiosk itself. */
export const kioskReply = z.object({ ticket: z.nullable(z.string()), page: z.nullable(link) });
