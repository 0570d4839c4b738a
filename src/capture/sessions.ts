import { z } from 'zod';
import { Credential, UserSecret } from '../core/concealed.js';
import { keptNetworkOf } from '../core/limits/networks.js';
import { notePlace } from '../core/notices/note-place.js';
import { screenAxes } from '../core/screen-light.js';
import { maxDeviceCharacters, parseDeviceSignals } from '../core/step-up/device-signals.js';
import { commitFrame, startChallenge, submitFrames } from '../core/step-up/frames.js';
import { openHandOff } from '../core/step-up/hand-off.js';
import { framesOfChallenge, type NextMovement } from '../core/step-up/movement-challenge.js';
import {
  challengeReply,
  frameReply,
  openedReply,
  outcomeReply,
  referenceReply,
  sessionReply,
  viewReply,
} from '../core/step-up/page-protocol.js';
import { isPin } from '../core/step-up/pin.js';
import { lookAtReference } from '../core/step-up/reference-photo.js';
import { abandonStepUp, giveConsent, type OpenedSession, openSession, viewSession } from '../core/step-up/session.js';
import { startRequestedStepUp } from '../core/step-up/step-up.js';
import { joinTicket } from '../core/step-up/ticket.js';
import { toIso } from '../core/units.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import { browserCookieOf } from '../http/browser-cookie.js';
import { deviceCookieOf, shownDevice } from '../http/device-cookie.js';
import type { ApiDeps } from '../rest/deps.js';
import { type Endpoint, openEndpoint, sessionEndpoint } from '../rest/endpoint.js';
import { maxAnswerCharacters, parsePasskeyAnswer } from '../webauthn/answer.js';
import { toViewReply } from './view-reply.js';

const toNextReply = (next: NextMovement | null) => (next === null ? null : { ...next });

const secretText = z.string().min(1).max(256);
const ticketText = z.string().min(1).max(4608).describe('What stands after the `#` of the link, up to the first `&`.');

const pinField = z
  .string()
  .refine(isPin)
  .transform((text) => new UserSecret(text))
  .optional()
  .describe('Where the connection asks for one: 6 to 12 digits.');

const passkeyField = z
  .string()
  .max(maxAnswerCharacters)
  .transform(parsePasskeyAnswer)
  .optional()
  .describe('Where the connection asks for one: JSON text, the answer to the ceremony of `/face/passkey`.');

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
  .describe('JSON text: what the page says of the camera. For the audit trail alone; nothing is decided by it.');

const common = { versions: [1, 2], tag: 'Capture page', ours: true } as const;
const session: readonly FaceErrorCode[] = ['step_up_unknown', 'step_up_finished'];

/** Opens the ticket of a link, whichever kind it is of. */
async function open(
  { ticket, ...rest }: { ticket: string; browser: Credential | null; returnUrl: string | null },
  deps: ApiDeps,
): Promise<OpenedSession> {
  const [kind = '', ...parts] = ticket.split('.');
  if (kind === 'handoff') return openHandOff(new Credential(parts.join('.')), deps);
  if (kind !== 'requested') return openSession({ ticket: new Credential(ticket), ...rest }, deps);
  const [id = '', ...request] = parts;
  const connection = deps.connections.get(id);
  if (connection === undefined) throw new FaceError('connection_unknown');
  if (rest.returnUrl !== null && !connection.policy.returnUrls.includes(rest.returnUrl)) {
    // Before the request is used up: each opens one step-up.
    throw new FaceError('request_malformed', { field: 'returnUrl' });
  }
  const started = await startRequestedStepUp({ connection, request: request.join('.') }, deps);
  return openSession({ ticket: joinTicket(started.id, started.challenge), ...rest }, deps);
}

/** What the capture page calls. Everybody may write another page, or an app, on these. */
export function createSessionEndpoints(deps: ApiDeps): Endpoint[] {
  const own = {
    deps,
    photos: {},
  };
  return [
    openEndpoint({
      ...common,
      method: 'POST',
      path: '/face/open',
      status: 201,
      summary: 'Exchange the ticket of a link for a session',
      description:
        'Once. Where a provider’s redirect led here, only in the browser that was redirected. `returnUrl` must be one of the connection’s `returnUrls`.',
      codes: [
        ...session,
        ...(['step_up_opened', 'connection_unknown', 'caller_untrusted', 'profile_unavailable'] as const),
      ],
      photos: {},
      fields: z.strictObject({ ticket: ticketText, returnUrl: z.string().min(1).max(1024).optional() }),
      reply: openedReply,
      async handle({ fields, cookie }) {
        const [stepUpId = ''] = fields.ticket.split('.');
        const shown = cookie(browserCookieOf(stepUpId, deps.issuer.startsWith('https:')));
        const browser = shown === null ? null : new Credential(shown);
        const opened = await open({ ticket: fields.ticket, browser, returnUrl: fields.returnUrl ?? null }, deps);
        return { session: opened.session.use((text) => text), view: toViewReply(opened.view) };
      },
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'GET',
      path: '/face/session',
      action: 'read',
      status: 200,
      summary: 'How the step-up of a session stands',
      description: 'The browser of a desktop asks this while a phone lends its camera.',
      codes: [],
      fields: z.strictObject({}),
      reply: sessionReply,
      async handle(call) {
        const { view, receipt } = viewSession(call.session, deps);
        return { view: toViewReply(view), receipt: receipt === null ? null : receipt.use((text) => text) };
      },
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/consent',
      action: 'consent',
      status: 200,
      summary: 'Note that the person agrees',
      description: 'To the text of that version, in the language they read it in.',
      codes: [...session, 'consent_missing'],
      fields: z.strictObject({
        version: z.string().min(1).max(64),
        language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/),
      }),
      reply: viewReply,
      handle: async ({ fields, session: shown }) => ({
        view: toViewReply(await giveConsent({ session: shown, ...fields }, deps)),
      }),
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/reference',
      action: 'look_at_reference',
      status: 200,
      summary: 'Look at the photo of an identity document',
      description:
        'Before the movements, where the connection asks for such a photo, so that one of no use is told before somebody makes them. `hint` says what is wrong with it; `null`: it has one face. Nothing is compared and nothing is kept: the photo comes again with the frames. Twelve times for one step-up.',
      codes: [...session, 'consent_missing', 'not_found', 'overloaded'],
      photos: { reference: { atLeast: 1, atMost: 1 } },
      fields: z.strictObject({}),
      reply: referenceReply,
      async handle({ photos, session: shown }) {
        const [reference] = photos('reference');
        if (reference === undefined) throw new FaceError('photo_missing');
        return { hint: await lookAtReference({ session: shown, reference }, deps) };
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
        'In place of a former one. The movements, and the light of the screen where `light` says that the page can show it, are told one by one, and this server’s clock runs.',
      codes: [...session, 'consent_missing', 'light_needed', 'phone_needed'],
      fields: z.strictObject({
        light: z
          .enum(screenAxes)
          .nullable()
          .default(null)
          .describe('How the halves of the screen lie: `across` left and right, `down` one above the other.'),
      }),
      reply: challengeReply,
      async handle({ fields, session: shown, userAgent }) {
        const { nonce, next, expiresAt } = await startChallenge(
          { session: shown, shows: fields.light, userAgent },
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
      summary: 'Commit to the picture of what was told last',
      description: 'By its digest; the picture itself comes with the others. Tells what is next.',
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
        'In the order in which they were asked for, the very bytes that were committed to; at most 10 MB in all. Everything is judged here: what a page computed counts for nothing. `try_again` leaves the step-up open for another challenge.',
      codes: [
        ...session,
        ...(['challenge_wrong', 'secret_missing', 'secret_weak', 'consent_missing', 'locked_out'] as const),
        'enrolment_changed',
        ...(['connection_unknown', 'subject_unknown', 'profile_unavailable', 'overloaded'] as const),
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
          const device = shownDevice(cookie(deviceCookieOf(deps.issuer)));
          await notePlace(
            { id: shown.id, record: shown.record, place: { device, network: keptNetworkOf(source) } },
            deps,
          );
        }
        return {
          view: toViewReply(view),
          outcome,
          hint,
          receipt: receipt === null ? null : receipt.use((text) => text),
        };
      },
    }),
    sessionEndpoint({
      ...common,
      ...own,
      method: 'POST',
      path: '/face/decline',
      action: 'decline',
      status: 200,
      summary: 'End it: the person cannot or will not go on',
      description: 'The page goes to `returnUrl` or `fallbackUrl`.',
      codes: session,
      fields: z.strictObject({}),
      reply: viewReply,
      handle: async (call) => ({ view: toViewReply(await abandonStepUp(call.session, deps)) }),
    }),
  ];
}
