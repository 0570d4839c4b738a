import { z } from 'zod';
import type { CoreDeps, Ports } from '../../core/deps.js';
import { maxDeviceCharacters, parseDeviceSignals } from '../../core/device-signals.js';
import { type SupportedLanguage, supportedLanguages } from '../../core/language.js';
import { keptNetworkOf } from '../../core/networks.js';
import { challengeReply, frameReply, outcomeReply, referenceReply } from '../../core/page-protocol.js';
import { screenAxes } from '../../core/screen-light.js';
import { Credential, UserSecret } from '../../core/secrets.js';
import { toIso } from '../../core/units.js';
import { companyPhotoCodes } from '../../enrolment/company-photo.js';
import { isPin } from '../../enrolment/pin.js';
import { maxAnswerCharacters, parsePasskeyAnswer } from '../../enrolment/webauthn/answer.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { deviceCookieOf, shownDevice } from '../../http/cookies.js';
import type { Endpoint } from '../../http/rest/endpoint.js';
import { storeNotificationChoice } from '../../notifications/choice.js';
import { notePlace } from '../../notifications/known-places.js';
import { commitFrame, startChallenge, submitFrames } from '../frames.js';
import { framesOfChallenge, type NextMovement } from '../movement-challenge.js';
import { assuranceOf, subjectOf } from '../record.js';
import { checkReferencePhoto } from '../reference-photo.js';
import { type FoundSession, findLockoutSec, findSession } from '../session.js';
import { sessionEndpoint } from '../session-endpoint.js';
import { toReceiptReply, toViewReply } from '../session-view.js';

const toNextReply = (next: NextMovement | null) => (next === null ? null : { ...next });

const secretText = z.string().min(1).max(256);

const pinField = z
  .string()
  .refine(isPin)
  .transform((text) => new UserSecret(text))
  .optional()
  .describe('PIN of 6 to 12 digits, if the connection requires one.');

const passkeyField = z
  .string()
  .max(maxAnswerCharacters)
  .transform(parsePasskeyAnswer)
  .optional()
  .describe('JSON text: the response of the ceremony of `/face/passkey`, if the connection requires a passkey.');

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

const common = { versions: [1, 2], tag: 'Capture page', isExtension: true } as const;
const session: readonly FaceErrorCode[] = ['step_up_unknown', 'step_up_finished'];

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

export function createChallengeEndpoints(
  deps: CoreDeps & Ports<'keys' | 'passkeys' | 'judge' | 'analysisCache' | 'connections'>,
): Endpoint[] {
  const own = {
    deps,
    photos: {},
  };
  return [
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/reference',
      action: 'look_at_reference',
      status: 200,
      summary: 'Check the photo of an identity document',
      description:
        'Call it before the movements if the connection requires a photo of a document, so that the person learns early that it is unusable. `hint` is the problem with it; `null` if it shows one face. Nothing is compared or stored: send the photo again with the frames. At most twelve calls for one step-up.',
      codes: [...session, 'consent_missing', 'not_found', 'locked_out', 'overloaded'],
      photos: { reference: { atLeast: 1, atMost: 1 } },
      fields: z.strictObject({}),
      reply: referenceReply,
      async handle({ photos, session: shown }) {
        const [reference] = photos('reference');
        if (reference === undefined) throw new FaceError('photo_missing');
        return { hint: await checkReferencePhoto({ session: shown, reference }, deps) };
      },
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/challenge',
      action: 'start_challenge',
      status: 201,
      summary: 'Begin a challenge',
      description:
        'Replaces an earlier challenge. The server sends the movements one at a time, and the light of the screen if the page can show it according to `light`. The server’s clock measures the time.',
      codes: [...session, 'consent_missing', 'light_needed', 'phone_needed', 'action_unseen', 'locked_out'],
      fields: z.strictObject({
        light: z
          .enum(screenAxes)
          .nullable()
          .default(null)
          .describe('Arrangement of the screen halves: `across` for left and right, `down` for one above the other.'),
        action: z
          .string()
          .length(64)
          .nullable()
          .default(null)
          .describe(
            'The `digest` of the view’s `action`, after the page has shown its text. Required to begin the challenge of an action.',
          ),
      }),
      reply: challengeReply,
      async handle({ fields, session: shown, userAgent }) {
        const { nonce, next, expiresAt } = await startChallenge(
          { session: shown, shows: fields.light, userAgent, shown: fields.action },
          deps,
        );
        return { nonce: nonce.use((text) => text), next: toNextReply(next), expiresAt: toIso(expiresAt) };
      },
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/challenge/frames',
      action: 'commit_frame',
      status: 200,
      summary: 'Commit to the picture of the last instruction',
      description:
        'Takes the digest of the picture; send the picture itself later with the others. Returns the next instruction.',
      codes: [...session, 'challenge_wrong'],
      fields: z.strictObject({
        nonce: secretText,
        digest: z.base64url().length(43).describe('SHA-256 of the file’s bytes.'),
      }),
      reply: frameReply,
      async handle({ fields, session: shown }) {
        const { nonce, digest } = fields;
        return { next: toNextReply(await commitFrame({ session: shown, nonce: new Credential(nonce), digest }, deps)) };
      },
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/frames',
      action: 'submit_frames',
      status: 200,
      summary: 'Send the pictures of a challenge',
      description:
        'Takes the pictures in the requested order, with the same bytes that were committed to; at most 10 MB in all. The server makes every decision: results that a page computed are ignored. `try_again` leaves the step-up open for another challenge.',
      codes: [
        ...session,
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
        'overloaded',
      ],
      photos: {
        photo: { atLeast: framesOfChallenge.least, atMost: framesOfChallenge.most },
        reference: { atLeast: 0, atMost: 1 },
      },
      fields: z.strictObject({
        nonce: secretText,
        pin: pinField,
        passkey: passkeyField,
        device: deviceField,
        language: z
          .enum(supportedLanguages)
          .optional()
          .describe('Language of the page. Notifications to the person use it after a passed check.'),
      }),
      reply: outcomeReply,
      async handle({ fields, photos, session: shown, cookie, source }) {
        const [reference = null] = photos('reference');
        const { view, outcome, hint, receipt } = await submitFrames(
          {
            session: shown,
            nonce: new Credential(fields.nonce),
            photos: photos('photo'),
            reference,
            secret: { pin: fields.pin ?? null, passkey: fields.passkey ?? null },
            device: fields.device ?? null,
          },
          deps,
        );
        if (outcome === 'passed' && shown.connection?.policy.notices) {
          if (fields.language !== undefined) await keepLanguage(shown, fields.language, deps);
          const device = shownDevice(cookie(deviceCookieOf(deps.issuer)));
          await notePlace(
            {
              stepUpId: shown.id,
              who: subjectOf(shown.record),
              isEnrolment: shown.record.purpose === 'enrol',
              place: {
                device,
                network: keptNetworkOf(source),
                isProven: assuranceOf(shown.record).kind !== 'anonymous',
              },
            },
            deps,
          );
        }
        return {
          view: toViewReply(view),
          outcome,
          hint,
          receipt: toReceiptReply(receipt),
          // The last allowed failure locks the user out. The reply says so, so that the page starts no further
          // challenge.
          lockedForSec:
            outcome === 'try_again' ? await findLockoutSec(await findSession(shown.session, 'read', deps), deps) : null,
        };
      },
    }),
  ];
}
