import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { maxDeviceCharacters, parseDeviceSignals } from '../../core/device-signals.js';
import { type SupportedLanguage, supportedLanguages } from '../../core/language.js';
import { keptNetworkOf } from '../../core/networks.js';
import {
  challengeReply,
  frameReply,
  looksOfPage,
  outcomeReply,
  pictureKeysReply,
  referenceReply,
  vendorCheckReply,
} from '../../core/page-protocol.js';
import { remembersPlaces } from '../../core/rules/rule.js';
import { screenAxes } from '../../core/screen-light.js';
import { Credential, UserSecret } from '../../core/secrets.js';
import { companyPhotoCodes } from '../../enrolment/company-photo.js';
import { isPin } from '../../enrolment/pin.js';
import { maxAnswerCharacters, parsePasskeyAnswer } from '../../enrolment/webauthn/answer.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { deviceCookieOf, shownDevice } from '../../http/cookies.js';
import type { Call, Endpoint } from '../../http/rest/endpoint.js';
import { storeNotificationChoice } from '../../notifications/choice.js';
import { notePlace } from '../../notifications/known-places.js';
import type { AttemptOutcome, CaptureDeps, Sent } from '../conclude.js';
import { contentKeysField } from '../encrypted-pictures.js';
import type { FlowPorts } from '../flow.js';
import { commitFrame, startChallenge, submitFrames } from '../frames.js';
import { photosOfChallenge } from '../movement-challenge.js';
import { toResponse } from '../presented-document.js';
import type { ShownFrom } from '../receipt-rules.js';
import { subjectOf } from '../record.js';
import { checkReferencePhoto } from '../reference-photo.js';
import { type FoundSession, findLockoutSec, findSession } from '../session.js';
import { sessionEndpoint } from '../session-endpoint.js';
import { toReceiptReply } from '../session-view.js';
import { type FinishedVendorCheck, finishVendorCheck, openVendorCheck, vendorOutages } from '../vendor-check.js';
import { documentFile } from './presented-documents.js';

const secretText = z.string().min(1).max(256);

const sha256Field = z.base64url().length(43);

const pinField = z
  .string()
  .refine(isPin)
  .transform((text) => new UserSecret(text))
  .optional()
  .describe('PIN of 6 to 12 digits, if the connection requires one.');

export const passkeyField = z
  .string()
  .max(maxAnswerCharacters)
  .transform(parsePasskeyAnswer)
  .describe('JSON text: the response of the ceremony of `/face/passkey`.');

const deviceField = z
  .string()
  .max(maxDeviceCharacters)
  .transform((text, issues) => {
    const device = parseDeviceSignals(text);
    if (device !== null) return device;
    issues.addIssue('not what a page tells of a camera');
    return z.NEVER;
  })
  .optional()
  .describe(
    'JSON text: details of the camera that the page reports. They are recorded in the audit trail only and do not affect decisions.',
  );

const actionField = z
  .string()
  .length(64)
  .nullable()
  .default(null)
  .describe(
    'The `digest` of the view’s `action`, after the page has shown its text. Required to begin the challenge of an action.',
  );

const deviceKeyField = z
  .base64url()
  .length(122)
  .nullable()
  .default(null)
  .describe('Public key of the browser (SPKI, P-256), if the view’s `deviceKeyWanted` is true.');

const deviceSignatureField = z
  .base64url()
  .length(86)
  .optional()
  .describe(
    'ECDSA signature with SHA-256 (IEEE P1363) by the key of `deviceKey`: of the nonce and the SHA-256 of each picture (base64url), joined by points.',
  );

const languageField = z
  .enum(supportedLanguages)
  .optional()
  .describe('Language of the page. Notifications to the person use it after a passed check.');

/** Codes of a decided check, besides those of its pictures. */
const decision: readonly FaceErrorCode[] = [
  'challenge_wrong',
  'secret_missing',
  'secret_weak',
  'consent_missing',
  'locked_out',
  'enrolment_changed',
  'enrolment_exists',
  ...companyPhotoCodes,
  'connection_unknown',
  'subject_unknown',
  'profile_unavailable',
  'enrolment_lost',
  'key_service_unavailable',
  'overloaded',
];

/** Stores the language of the page. A failure does not affect the passed check. */
async function keepLanguage(
  { record }: FoundSession,
  language: SupportedLanguage,
  deps: Ports<'state' | 'clock' | 'log'>,
): Promise<void> {
  await storeNotificationChoice(subjectOf(record), { language }, deps).catch((error: unknown) => {
    deps.log.warn('cannot store the language of a user', { connection: record.connection, code: toCode(error) });
  });
}

/** Returns the facts of a page's request that rules and known places use. */
export const toShownFrom = (
  { source, userAgent, cookie }: Pick<Call<unknown, never>, 'source' | 'userAgent' | 'cookie'>,
  { issuer }: Ports<'issuer'>,
): ShownFrom => ({ address: source, userAgent, cookie: shownDevice(cookie(deviceCookieOf(issuer))) });

/** Notes the place and language of a passed check, and returns the reply of a decided one. */
async function toOutcomeReply(
  { view, outcome, hint, receipt }: AttemptOutcome,
  {
    session: shown,
    language,
    shownFrom,
  }: Pick<Sent, 'session' | 'shownFrom'> & { readonly language: SupportedLanguage | undefined },
  deps: Ports<'state' | 'clock' | 'log' | 'audit' | 'keys' | 'issuer' | 'connections' | 'settings'> & FlowPorts,
) {
  const policy = shown.connection?.policy;
  // A kiosk is shared, so neither its browser nor its language is the person's.
  const isOwnBrowser = policy !== undefined && !shown.terms.atKiosk;
  if (outcome === 'passed' && isOwnBrowser && remembersPlaces(policy)) {
    if (language !== undefined && policy.notices) await keepLanguage(shown, language, deps);
    const { address, cookie: device } = shownFrom;
    const isProven = shown.record.assurance.kind !== 'anonymous';
    await notePlace(
      {
        stepUpId: shown.id,
        who: subjectOf(shown.record),
        isEnrolment: shown.record.purpose === 'enrol',
        place: { device, network: keptNetworkOf(address), isProven },
      },
      deps,
    );
  }
  return {
    view,
    outcome,
    hint,
    receipt: toReceiptReply(receipt),
    // The last allowed failure locks the user out. The reply says so, so that the page starts no further challenge.
    lockedForSec:
      outcome === 'try_again' ? await findLockoutSec(await findSession(shown.session, 'read', deps), deps) : null,
  };
}

export function createChallengeEndpoints(deps: Deps): Endpoint[] {
  return [
    createReferenceEndpoint(deps),
    sessionEndpoint({
      deps,
      method: 'GET',
      path: '/face/picture-keys',
      action: 'read_picture_keys',
      summary: 'Read the keys to encrypt pictures to',
      description:
        'One public key (P-256, uncompressed, base64url) for each replica: of the process that parses pictures, whose private key never leaves it. Read them for each challenge. Empty if this server accepts only unencrypted pictures, because it sends them to a hosted verifier.',
      reply: pictureKeysReply,
      async handle() {
        return { keys: [...((await deps.encryptedPictures?.keys()) ?? [])] };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/challenge',
      action: 'start_challenge',
      status: 201,
      summary: 'Begin a challenge',
      description:
        'Replaces an earlier challenge. The server sends the movements one at a time, and the light of the screen if the page can show it according to `light`. The server’s clock measures the time.',
      codes: [
        'consent_missing',
        'light_needed',
        'liveness_vendor_needed',
        'phone_needed',
        'action_unseen',
        'locked_out',
      ],
      fields: z.strictObject({
        light: z
          .enum(screenAxes)
          .nullable()
          .default(null)
          .describe('Arrangement of the screen halves: `across` for left and right, `down` for one above the other.'),
        action: actionField,
        deviceKey: deviceKeyField,
      }),
      reply: challengeReply,
      async handle({ fields, session: shown, ...request }) {
        const { light: shows, action, deviceKey } = fields;
        const started = await startChallenge(
          { session: shown, shows, shownFrom: toShownFrom(request, deps), shown: action, deviceKey },
          deps,
        );
        return { ...started, nonce: started.nonce.use((text) => text) };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/challenge/frames',
      action: 'commit_frame',
      summary: 'Commit to the picture of the last instruction',
      description:
        'Takes the digests of the picture and of the looks before it: small pictures, one each 125 ms. Returns the next instruction, and which of the looks to send later, after the pictures.',
      codes: ['challenge_wrong'],
      fields: z.strictObject({
        nonce: secretText,
        digest: sha256Field.describe('SHA-256 of the file’s bytes.'),
        looks: z
          .array(sha256Field)
          .max(looksOfPage.most)
          .describe('SHA-256 of each look since the last picture, in order.'),
      }),
      reply: frameReply,
      handle: ({ fields: { nonce, ...frame }, session: shown }) =>
        commitFrame({ session: shown, nonce: new Credential(nonce), frame }, deps),
    }),
    ...createVendorEndpoints(deps),
    sessionEndpoint({
      deps,
      path: '/face/frames',
      action: 'submit_frames',
      summary: 'Send the pictures of a challenge',
      description:
        'Takes the pictures in the requested order, then the looks that were drawn, whose bytes, before encryption, were committed to; at most 10 MB in all. The server makes every decision: results that a page computed are ignored. `try_again` leaves the step-up open for another challenge.',
      codes: decision,
      photos: {
        photo: { atLeast: photosOfChallenge.least, atMost: photosOfChallenge.most },
        reference: { atLeast: 0, atMost: 1 },
        ...documentFile,
      },
      fields: z.strictObject({
        ...sentFields,
        device: deviceField,
        deviceKey: deviceKeyField,
        deviceSignature: deviceSignatureField,
        language: languageField,
      }),
      reply: outcomeReply,
      async handle(call) {
        const sent = toSent(call, deps);
        const { deviceKey: key, deviceSignature: signature, device = null, language } = call.fields;
        const deviceProof = key === null || signature === undefined ? null : { key, signature };
        const ended = await submitFrames({ ...sent, photos: call.photos('photo'), device, deviceProof }, deps);
        return toOutcomeReply(ended, { ...sent, language }, deps);
      },
    }),
  ];
}

/** Fields of both ways to end a challenge: with pictures, or with the result of a vendor. */
const sentFields = {
  nonce: secretText,
  contentKeys: contentKeysField,
  pin: pinField,
  passkey: passkeyField.optional(),
};

function toSent({ fields, photos, session: shown, ...request }: SentCall, deps: Ports<'issuer'>): FinishedVendorCheck {
  const { nonce, contentKeys = null, pin = null, passkey = null } = fields;
  const [reference = null] = photos('reference');
  const document = toResponse(photos('document'));
  const shownFrom = toShownFrom(request, deps);
  const secret = { pin, passkey };
  return { session: shown, shownFrom, nonce: new Credential(nonce), reference, document, contentKeys, secret };
}

type SentCall = Call<z.output<z.ZodObject<typeof sentFields>>, 'reference' | 'document'> & {
  readonly session: FoundSession;
};

type Deps = CaptureDeps & Ports<'connections' | 'livenessVendors'> & FlowPorts;

const createReferenceEndpoint = (deps: Deps): Endpoint =>
  sessionEndpoint({
    deps,
    path: '/face/reference',
    action: 'look_at_reference',
    summary: 'Check the photo of an identity document',
    description:
      'Call it before the movements if the connection requires a photo of a document, so that the person learns early that it is unusable. `hint` is the problem with it; `null` if it shows one face. Nothing is compared or stored: send the photo again with the frames. At most twelve calls for one step-up.',
    codes: ['consent_missing', 'not_found', 'locked_out', 'overloaded'],
    photos: { reference: { atLeast: 1, atMost: 1 } },
    fields: z.strictObject({ contentKeys: contentKeysField }),
    reply: referenceReply,
    async handle({ fields, photos, session: shown }) {
      const [reference] = photos('reference');
      if (reference === undefined) throw new FaceError('photo_missing');
      const contentKeys = fields.contentKeys ?? null;
      return { hint: await checkReferencePhoto({ session: shown, reference, contentKeys }, deps) };
    },
  });

function createVendorEndpoints(deps: Deps): Endpoint[] {
  return [
    sessionEndpoint({
      deps,
      path: '/face/vendor-check',
      action: 'start_vendor_check',
      status: 201,
      summary: 'Begin the liveness check of a vendor',
      description:
        'Replaces an earlier one. `grant` is JSON for the vendor’s part of the page: the session and credentials that can only run it. If `check` is `null`, the vendor does not answer, and the policy allows `/face/challenge` instead.',
      codes: [
        'not_found',
        'consent_missing',
        'phone_needed',
        'action_unseen',
        'challenge_wrong',
        'locked_out',
        'overloaded',
        ...vendorOutages,
      ],
      fields: z.strictObject({ action: actionField }),
      reply: vendorCheckReply,
      async handle({ fields, session: shown, userAgent }) {
        const check = await openVendorCheck({ session: shown, userAgent, shown: fields.action }, deps);
        const read = (text: string): string => text;
        return { check: check && { ...check, nonce: check.nonce.use(read), grant: check.grant.use(read) } };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/vendor-check/finish',
      action: 'finish_vendor_check',
      summary: 'End the liveness check of a vendor',
      description:
        'The server reads the result and the picture from the vendor, once. The page sends no result and no picture of its own.',
      codes: [...decision, 'liveness_expired', 'liveness_unfinished', ...vendorOutages],
      photos: { reference: { atLeast: 0, atMost: 1 }, ...documentFile },
      fields: z.strictObject({
        ...sentFields,
        language: languageField,
      }),
      reply: outcomeReply,
      async handle(call) {
        const sent = toSent(call, deps);
        const ended = await finishVendorCheck(sent, deps);
        return toOutcomeReply(ended, { ...sent, language: call.fields.language }, deps);
      },
    }),
  ];
}
