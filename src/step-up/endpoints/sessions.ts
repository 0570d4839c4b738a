import { z } from 'zod';
import { requireConnection } from '../../core/connection.js';
import type { CoreDeps, Ports } from '../../core/deps.js';
import { anotherWayReply, openedReply, sessionReply, viewReply } from '../../core/page-protocol.js';
import { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { browserCookieOf } from '../../http/cookies.js';
import { type Endpoint, openEndpoint } from '../../http/rest/endpoint.js';
import type { FlowPorts } from '../flow.js';
import { openHandOff } from '../hand-off.js';
import { openRequestedStepUp } from '../requested.js';
import {
  abandonStepUp,
  findLockoutSec,
  findMissingEnrolment,
  findSession,
  giveConsent,
  type OpenedSession,
  openSession,
  viewSession,
} from '../session.js';
import { sessionEndpoint } from '../session-endpoint.js';
import { toReceiptReply } from '../session-view.js';
import { finishTest } from '../test-person.js';

const ticketText = z.string().min(1).max(4608).describe('Part of the link after the `#`, up to the first `&`.');

async function open(
  {
    ticket,
    source,
    ...rest
  }: Omit<Parameters<typeof openRequestedStepUp>[0], 'connection' | 'request'> & {
    ticket: string;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'connections' | 'settings' | 'keys'> & FlowPorts,
): Promise<OpenedSession> {
  const [kind = '', ...parts] = ticket.split('.');
  if (kind === 'handoff') return openHandOff({ ...rest, ticket: new Credential(parts.join('.')) }, deps);
  if (kind !== 'requested') return openSession({ ticket: new Credential(ticket), ...rest }, deps);
  const [id = '', ...request] = parts;
  const connection = requireConnection(id, deps);
  if (rest.returnUrl !== null && !connection.policy.returnUrls.includes(rest.returnUrl)) {
    // The return URL is checked before the signed request is consumed, because each request opens only one step-up.
    throw new FaceError('request_malformed', { field: 'returnUrl' });
  }
  return openRequestedStepUp({ connection, request: request.join('.'), source, ...rest }, deps);
}

export function createSessionEndpoints(deps: CoreDeps & Ports<'connections' | 'keys'> & FlowPorts): Endpoint[] {
  return [
    openEndpoint({
      tag: 'Capture page',
      path: '/face/open',
      status: 201,
      summary: 'Exchange the ticket of a link for a session',
      description:
        'Works once. After a redirect of a provider, it works only in the browser that was redirected. `returnUrl` must be one of the connection’s `returnUrls`.',
      codes: [
        'step_up_unknown',
        'step_up_finished',
        'step_up_opened',
        'enrolment_exists',
        'connection_unknown',
        'caller_untrusted',
        'profile_unavailable',
        'locked_out',
      ],
      fields: z.strictObject({
        ticket: ticketText,
        returnUrl: z.string().min(1).max(1024).optional(),
        key: z
          .base64url()
          .min(43)
          .max(128)
          .optional()
          .describe(
            'Random idempotency key that the page creates; it is the last part of the session. If a reply was lost, the same key opens the link again.',
          ),
      }),
      reply: openedReply,
      async handle({ fields, cookie, source }) {
        const [stepUpId = ''] = fields.ticket.split('.');
        const shown = cookie(browserCookieOf(stepUpId, deps.issuer.startsWith('https:')));
        const browser = shown === null ? null : new Credential(shown);
        const { ticket, returnUrl = null } = fields;
        const key = fields.key === undefined ? null : new Credential(fields.key);
        const opened = await open({ ticket, browser, returnUrl, key, source }, deps);
        const found = await findSession(opened.session, 'read', deps);
        return {
          session: opened.session.use((text) => text),
          view: opened.view,
          lockedForSec: await findLockoutSec(found, deps),
          missingEnrolment: await findMissingEnrolment(found, deps),
        };
      },
    }),
    sessionEndpoint({
      deps,
      method: 'GET',
      path: '/face/session',
      action: 'read',
      summary: 'Get the state of the step-up of a session',
      description: 'On a desktop, the browser polls this while a phone is its camera.',
      reply: sessionReply,
      async handle(call) {
        const { view, receipt } = viewSession(call.session, deps);
        return {
          view,
          receipt: toReceiptReply(receipt),
          lockedForSec: await findLockoutSec(call.session, deps),
          missingEnrolment: await findMissingEnrolment(call.session, deps),
        };
      },
    }),
    sessionEndpoint({
      deps,
      path: '/face/consent',
      action: 'consent',
      summary: 'Record the consent of the person',
      description: 'Records consent to that version of the text, in the displayed language.',
      codes: ['consent_missing', 'locked_out'],
      fields: z.strictObject({
        version: z.string().min(1).max(64),
        language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/),
      }),
      reply: viewReply,
      handle: async ({ fields, session: shown }) => ({
        view: await giveConsent({ session: shown, ...fields }, deps),
      }),
    }),
    sessionEndpoint({
      deps,
      path: '/face/decline',
      action: 'decline',
      summary: 'Cancel the step-up',
      description: 'The page continues to `returnUrl` or `fallbackUrl`.',
      reply: viewReply,
      handle: async (call) => ({ view: await abandonStepUp(call.session, deps) }),
    }),
    sessionEndpoint({
      deps,
      path: '/face/test',
      action: 'end_test',
      summary: 'End the check of a test person',
      description:
        'Only at a connection of the kind `memory`: the check ends as the name of the person says, without a camera.',
      codes: ['challenge_needed', 'locked_out'],
      reply: anotherWayReply,
      async handle(call) {
        const { view, receipt } = await finishTest(call.session, deps);
        return { view, receipt: toReceiptReply(receipt) };
      },
    }),
  ];
}
