import * as z from 'zod/mini';
import { actionGuard } from '../../../client/action.js';
import { hints } from '../hints.js';
import { movements } from '../movements.js';
import { screenAxes, screenColours } from '../screen-light.js';

/*
 * What the server replies to the capture page. The server is held to these guards, and the page reads by them, which passes
 * over what a newer server adds. The page loads this file: so nothing of Node is in here, and of zod what the page has anyway.
 */

/** What a step-up is for: to check a face, to enrol one, or to show a person what is held of them. */
export const stepUpPurposes = ['verify', 'enrol', 'manage'] as const;
export type StepUpPurpose = (typeof stepUpPurposes)[number];

/**
 * `own`: the browser the link was for; `camera`: a phone that lends it its camera; `unpaired`: one that has opened the link
 * of a hand-off, and has not yet chosen the number that the first browser shows.
 */
export const sessionRoles = ['own', 'unpaired', 'camera'] as const;
export type SessionRole = (typeof sessionRoles)[number];

/** Ways to pass without a face: a code by e-mail or SMS, one that was got at the enrolment, or one of the help desk. */
export const anotherWays = ['email', 'sms', 'recovery_code', 'bypass_code'] as const;
export type AnotherWay = (typeof anotherWays)[number];

/** Why somebody cannot do a face check. */
export const helpReasons = ['no_camera', 'not_recognised', 'cannot_move', 'not_wanted', 'other'] as const;
export type HelpReason = (typeof helpReasons)[number];

/** What people are told of. */
export const noticeKinds = ['enrolled', 'new_place', 'refused', 'locked', 'ended'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** What a face check approves, and its digest. */
export const namedAction = z.object({ words: actionGuard, digest: z.string() });

/** RFC 3339, UTC. */
export const instant = z.iso.datetime();

/** Where a browser may be sent: never what runs script. */
const link = z.url({ protocol: /^(?!(javascript|data|vbscript|blob)$)/i });

/** A step-up as the browser that holds it may know it. */
export const view = z.object({
  id: z.string(),
  purpose: z.enum(stepUpPurposes),
  state: z.enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned']),
  role: z.enum(sessionRoles),
  organisation: z.nullable(z.string()),
  expiresAt: instant,
  /** How long an enrolment lasts; `null`: until it is revoked. */
  retentionDays: z.nullable(z.int()),
  consentNeeded: z.boolean(),
  /** What the face check approves: shown in these very words before the camera opens. Its digest goes with the challenge. */
  action: z.nullable(
    z.extend(namedAction, {
      /** Whether a word mixes scripts: the page then warns. */
      mixedScripts: z.boolean(),
    }),
  ),
  /** When the person agreed to all this at an earlier visit, where that still holds. */
  agreedAt: z.nullable(instant),
  /** Names the text that is agreed to. */
  consentVersion: z.string(),
  userSecret: z.enum(['none', 'pin', 'passkey']),
  /** Whether the screen's light takes part: not at all, where the page can show it, or always. */
  light: z.enum(['none', 'offered', 'demanded']),
  referencePhotoNeeded: z.boolean(),
  triesLeft: z.int(),
  /** Whether a challenge is told to a phone or tablet alone. */
  phoneNeeded: z.boolean(),
  /** Whether this browser may let a phone lend its camera. */
  handOffAllowed: z.boolean(),
  /** `code`: two digits for this screen, which the phone has to choose; `null` on the phone. */
  handOff: z.nullable(
    z.object({ state: z.enum(['waiting', 'opened', 'paired', 'refused']), code: z.nullable(z.string()) }),
  ),
  /** On the phone, or to somebody on the telephone, before anything else: the numbers offered, and who asks. */
  pairing: z.nullable(
    z.object({
      /** Where the number is: on the screen of another browser, or read out by the help desk on the telephone. */
      kind: z.enum(['screen', 'call']),
      choices: z.array(z.string()),
      application: z.nullable(z.string()),
      browser: z.nullable(z.string()),
      system: z.nullable(z.string()),
      network: z.nullable(z.string()),
    }),
  ),
  fallbackUrl: z.nullable(link),
  /** What is offered in place of a face. */
  anotherWays: z.array(z.enum(anotherWays)),
  /** Whether new recovery codes may be made and shown, once. */
  recoveryCodesOffered: z.boolean(),
  /** Whether the receipt of the pass is made once the page takes it: after the codes. */
  receiptWaits: z.boolean(),
  /** Whether the help desk may be asked. */
  helpOffered: z.boolean(),
  /** Where to go at the end, complete; `null`: nowhere. */
  returnUrl: z.nullable(link),
});
export type View = z.output<typeof view>;

/** What the screen shows; both halves alike: one colour all over. */
const light = z.object({ axis: z.enum(screenAxes), first: z.enum(screenColours), second: z.enum(screenColours) });

/** What is asked for now, of the `index`-th picture of `of`, counted from 0; `light`: `null` in a challenge of movements alone. */
const nextMovement = z.object({
  index: z.int(),
  of: z.int(),
  movement: z.enum(movements),
  light: z.nullable(light),
});
export type NextMovement = z.output<typeof nextMovement>;

const next = z.nullable(nextMovement);

const hint = z.nullable(z.enum(hints));

export const openedReply = z.object({ session: z.string(), view });
export const sessionReply = z.object({ view, receipt: z.nullable(z.string()) });
export const viewReply = z.object({ view });
export const challengeReply = z.object({ nonce: z.string(), expiresAt: instant, next });
export const frameReply = z.object({ next });
export const referenceReply = z.object({ hint });

/** How a check ended. `receipt` is a signed statement for the application that the person returns to. */
export const outcomeReply = z.object({
  view,
  outcome: z.enum(['passed', 'failed', 'try_again']),
  hint,
  receipt: z.nullable(z.string()),
});
export type Outcome = z.output<typeof outcomeReply>;

export const sentCodeReply = z.object({ id: z.string(), expiresAt: instant });
export const anotherWayReply = z.object({ view, receipt: z.nullable(z.string()) });
export const receiptReply = z.object({ receipt: z.nullable(z.string()) });
export const recoveryCodesReply = z.object({ codes: z.array(z.string()) });

export const handOffReply = z.object({ url: z.string(), code: z.string() });

/** What is asked of a passkey: a ceremony and its options in JSON, as WebAuthn Level 3 has them. */
export const passkeyReply = z.object({ ceremony: z.enum(['create', 'get']), options: z.looseObject({}) });
export type PasskeyRequest = z.output<typeof passkeyReply>;

/** What is held of a person. */
const enrolment = z.object({
  tokenId: z.string(),
  enrolledAt: z.nullable(instant),
  purpose: z.string(),
  expiresAt: z.nullable(instant),
});
export type Enrolment = z.output<typeof enrolment>;

/** `mayRenew`: whether a face may be enrolled from this page. */
export const enrolmentReply = z.object({ enrolment: z.nullable(enrolment), mayRenew: z.boolean() });
export type HeldEnrolment = z.output<typeof enrolmentReply>;

const notices = z.object({
  on: z.array(z.enum(noticeKinds)),
  /** Whether by e-mail, too, where a device takes them. */
  email: z.boolean(),
  /** `null`: this server pushes none. */
  push: z.nullable(
    z.object({
      /** What a browser subscribes with, in base64url. */
      publicKey: z.string(),
      /** SHA-256 of the addresses that browsers of this person gave, in base64url. */
      devices: z.array(z.string()),
    }),
  ),
});
/** Which notices a person gets, and how. */
export type Notices = z.output<typeof notices>;

/** `null`: nobody gets any. */
export const noticesReply = z.object({ notices: z.nullable(notices) });
export const emptyReply = z.object({});
/** `page`: where the ticket lets in; `null`: at the kiosk itself. */
export const kioskReply = z.object({ ticket: z.nullable(z.string()), page: z.nullable(link) });
