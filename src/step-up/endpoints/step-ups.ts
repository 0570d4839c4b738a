import { z } from 'zod';
import { bindingOfClient, type Client, type SandboxSetting } from '../../access/client-tokens.js';
import {
  checkNamed,
  checkReturnUrl,
  findConnection,
  findSubject,
  immediateField,
  mayUse,
  returnUrlField,
  subjectFields,
} from '../../access/connection-access.js';
import { nameAction, requestedAction } from '../../core/action.js';
import { requireConnection, subjectOfIdentifier } from '../../core/connection.js';
import type { CoreDeps, Ports } from '../../core/deps.js';
import { toSource } from '../../core/networks.js';
import { requestedLink } from '../../core/page-link.js';
import { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import {
  accuracyField,
  clientEndpoint,
  type Endpoint,
  openEndpoint,
  passwordField,
  scopeField,
  tokenField,
} from '../../http/rest/endpoint.js';
import { checkRecipient, takeContentKey } from '../content-key.js';
import type { FlowPorts } from '../flow.js';
import { assignToKiosk, checkKiosk, kioskIdGuard } from '../kiosk.js';
import type { HookSignIn } from '../passed-step-up.js';
import { findRuleOfCheck } from '../receipt-rules.js';
import { startedReply, stepUpReply, submittedReply, toTestReply } from '../replies.js';
import { contentKeyRecipient, type HeldTokenFlow, type RequestFlow } from '../request-flow.js';
import { startRequestedStepUp } from '../requested.js';
import { toReceiptReply } from '../session-view.js';
import {
  type CheckStart,
  readStepUp,
  type StartedStepUp,
  type StepUpView,
  startStepUp,
  submitPhotos,
  takeOutcome,
} from '../step-up.js';

const toStarted = (started: StartedStepUp, isImmediate: boolean, { issuer }: Ports<'issuer'>) => {
  const { id, challenge, expiresAt } = started;
  const url = requestedLink(issuer, started, isImmediate);
  return { id, challenge: challenge.use((text) => text), state: 'started' as const, expiresAt, url };
};

const toOutcome = ({ state, expiresAt, receipt }: StepUpView) => ({
  state,
  expiresAt,
  receipt: toReceiptReply(receipt),
});

const startFields = z
  .strictObject({
    connection: subjectFields.connection.optional(),
    subject: subjectFields.subject,
    login: subjectFields.login,
    token: tokenField
      .optional()
      .describe('A token from /generate that you store, instead of the token in the profile.'),
    scope: scopeField.describe('Same value as at the creation of the token.'),
    accuracy: accuracyField.describe('Same value as at the creation of the token.'),
    audience: z.string().min(1).max(512).optional().describe('Audience of the receipt.'),
    application: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe(
        'The application that the user signs in to, by the id that the provider sends to its hook: a client id, the id of a SAML application, or an app id. The hook of this sign-in then accepts the pass; without it, no hook does. Not with `audience`.',
      ),
    address: z
      .union([z.ipv4(), z.ipv6()], 'expected an IP address')
      .optional()
      .describe('The address of the browser that the user signs in with. Needs `application`.'),
    nonce: z.string().min(1).max(256).optional().describe('Copied to the receipt. Needs `audience`.'),
    returnUrl: returnUrlField,
    immediate: immediateField,
    action: z
      .optional(requestedAction)
      .describe(
        'The action that the person approves, with the text that the page shows: docs/approve-an-action.md. Needs `audience`; only the capture page can send the pictures.',
      ),
    contentKeyTo: contentKeyRecipient
      .optional()
      .describe(
        'Public key (JWK) that you create for this step-up. After a pass on the capture page, the content key of `token` is returned, encrypted for it. Needs `token` and the scope `content-key`.',
      ),
    kiosk: kioskIdGuard.optional().describe('Kiosk at which the face check takes place.'),
    camera: z
      .literal('phone')
      .optional()
      .describe(
        'The pictures must come from a phone or tablet, even if the policy does not require it. Not with `kiosk`.',
      ),
  })
  .refine(({ kiosk, camera }) => kiosk === undefined || camera === undefined, {
    path: ['camera'],
    error: 'Not with kiosk.',
  })
  .refine(
    ({ connection, subject, token, audience }) =>
      connection !== undefined || (subject !== undefined && token !== undefined && audience !== undefined),
    { path: ['connection'], error: 'Expected connection, or subject with token and audience.' },
  )
  .refine(({ application, connection }) => application === undefined || connection !== undefined, {
    path: ['application'],
    error: 'Needs connection.',
  })
  .refine(({ application, audience }) => application === undefined || audience === undefined, {
    path: ['application'],
    error: 'Not with audience.',
  })
  .refine(({ token, contentKeyTo }) => token !== undefined || contentKeyTo === undefined, {
    path: ['contentKeyTo'],
    error: 'Needs token.',
  })
  .refine(({ application, address }) => application !== undefined || address === undefined, {
    path: ['address'],
    error: 'Needs application.',
  })
  .refine(({ audience, nonce, action }) => audience !== undefined || (nonce === undefined && action === undefined), {
    path: ['audience'],
    error: 'Required by nonce and action.',
  });

/** Returns the application's request as a flow. */
async function toFlow(
  fields: z.output<typeof startFields>,
  client: Client,
  deps: Ports<'verifier'> & SandboxSetting,
): Promise<RequestFlow | HeldTokenFlow> {
  const { token, audience, nonce = null, kiosk, contentKeyTo } = fields;
  const asked = {
    receipt: audience === undefined ? null : { for: { audience, nonce }, issued: null },
    hookSignIn: toHookSignIn(fields),
    camera: fields.camera ?? null,
    atKiosk: kiosk !== undefined,
    isSandbox: client.sandbox !== null || client.tenant === deps.sandbox?.tenant,
    acceptsCopies: client.replay === 'none',
  };
  if (contentKeyTo !== undefined) {
    if (!client.scopes.includes('content-key'))
      throw new FaceError('scope_missing', { reason: 'needs the scope content-key' });
    if (deps.verifier.kind !== 'embedded') throw new FaceError('not_found');
    await checkRecipient(contentKeyTo);
  }
  if (token === undefined) return { kind: 'request', ...asked };
  const held = { token: token.use((text) => text), binding: bindingOfClient(client, fields) };
  const contentKey = contentKeyTo === undefined ? null : { to: contentKeyTo, released: null };
  return { kind: 'held_token', ...asked, held, contentKey };
}

async function toStart(
  fields: z.output<typeof startFields>,
  client: Client,
  deps: Ports<'connections'>,
): Promise<CheckStart> {
  const { token, audience } = fields;
  checkNamed(fields);
  const action = fields.action === undefined ? null : nameAction(fields.action);
  const connection = fields.connection === undefined ? null : findConnection(fields.connection, client, deps);
  const about = { application: audience, returnUrl: checkReturnUrl(connection, fields.returnUrl), action };
  if (connection === null) {
    if (fields.subject === undefined) throw new FaceError('request_malformed', { field: 'subject' });
    return { connection, subject: fields.subject, ...about };
  }
  // For an unknown user a check starts as for any other, but it cannot pass. The caller therefore does not learn who
  // exists.
  const subject = (await findSubject(connection, fields)) ?? subjectOfIdentifier(fields.login ?? '');
  // Test people are public, and the check of another name could never end.
  if (token === undefined && connection.testOutcomeOf?.(subject) === null) throw new FaceError('subject_unknown');
  const hookSignIn = toHookSignIn(fields);
  const signIn = {
    subject,
    application: hookSignIn?.application ?? audience ?? null,
    address: hookSignIn?.address ?? null,
  };
  const rule = token === undefined && action === null ? await findRuleOfCheck(connection, signIn) : null;
  return { connection, subject, rule, ...about };
}

const toHookSignIn = ({ application, address }: z.output<typeof startFields>): HookSignIn | null =>
  application === undefined ? null : { application, address: address === undefined ? null : toSource(address) };

export function createStepUpEndpoints(
  deps: CoreDeps & Ports<'connections' | 'keys' | 'analysisCache'> & SandboxSetting & FlowPorts,
): Endpoint[] {
  return [
    clientEndpoint({
      tag: 'Step-up',
      path: '/step-ups',
      status: 201,
      scope: 'verify',
      summary: 'Start a face check of a person',
      description:
        'Checks a user of a connection, whose token is in the profile at the provider, or, with `token`, any person whose token you store. With `application`, the hook of that sign-in accepts the pass; with `audience`, the pass results in a receipt. Send the challenge only to the person in front of the camera. The reply is the same for an unknown user and a user without an enrolment, except at a connection of test people, which refuses other names. `login` needs a `connection`.',
      codes: [
        'connection_unknown',
        'subject_unknown',
        'profile_unavailable',
        'token_malformed',
        'not_found',
        'action_malformed',
      ],
      fields: startFields,
      reply: startedReply,
      async handle({ fields, client }) {
        const { kiosk } = fields;
        if (kiosk !== undefined) await checkKiosk({ id: kiosk, tenants: [client.tenant] }, deps);
        const start = await toStart(fields, client, deps);
        const started = await startStepUp(start, await toFlow(fields, client, deps), deps);
        if (kiosk !== undefined) await assignToKiosk({ kiosk, next: started.id }, deps);
        const reply = toStarted(started, fields.immediate, deps);
        return start.action ? { ...reply, actionDigest: start.action.digest } : reply;
      },
    }),
    openEndpoint({
      tag: 'Step-up',
      path: '/step-ups/requested',
      status: 201,
      summary: 'Start a face check that a provider requested',
      description:
        'Needs no client token, because the provider signed the request. Each request starts one face check; its receipt is for the signer of the request.',
      codes: ['connection_unknown', 'caller_untrusted', 'step_up_finished', 'locked_out'],
      fields: z.strictObject({
        connection: subjectFields.connection,
        request: z.string().min(1).max(4096).describe('As in the challenge of the provider.'),
        immediate: immediateField,
      }),
      reply: startedReply,
      async handle({ fields, source }) {
        const connection = requireConnection(fields.connection, deps);
        const started = await startRequestedStepUp({ connection, request: fields.request, source }, deps);
        return toStarted(started, fields.immediate, deps);
      },
    }),
    openEndpoint({
      tag: 'Step-up',
      path: '/step-ups/:id/photos',
      summary: 'Send the photos of a face check',
      description:
        'Needs no client token: the challenge is the credential. Unusable photos leave the step-up open for better ones; a decision ends it. A wrong face, a failed liveness check, a copy of an earlier photo, a missing enrolment and an ended enrolment all return `failed`. `enrolment_lost` is no decision: the provider does not return an enrolment that has not ended here. At most 10 MB in all.',
      codes: [
        'step_up_unknown',
        'step_up_finished',
        'challenge_needed',
        'secret_missing',
        'locked_out',
        'connection_unknown',
        'profile_unavailable',
        'enrolment_lost',
      ],
      photos: { photo: { atLeast: 1, atMost: 5 } },
      fields: z.strictObject({ challenge: z.string().min(1).max(256), password: passwordField }),
      reply: submittedReply,
      // Photos of anonymous callers are read only for an open step-up.
      async admit({ param }) {
        const { state } = await readStepUp(param('id'), deps);
        if (state !== 'started') throw new FaceError('step_up_finished');
      },
      async handle({ fields, photos, param }) {
        const view = await submitPhotos(
          {
            id: param('id'),
            challenge: new Credential(fields.challenge),
            photos: photos('photo'),
            secret: fields.password ?? null,
          },
          deps,
        );
        return { id: view.id, ...toOutcome(view) };
      },
    }),
    clientEndpoint({
      tag: 'Step-up',
      method: 'GET',
      path: '/step-ups/:id',
      scope: 'verify',
      summary: 'Get the state of a face check',
      description: 'Available for an hour after its end.',
      codes: ['step_up_unknown'],
      reply: stepUpReply,
      async handle({ client, param }) {
        const view = await readStepUp(param('id'), deps);
        const { id, connection, subject } = view;
        if (!mayUse(client, connection)) throw new FaceError('step_up_unknown');
        const outcome = toOutcome(await takeOutcome(view, deps));
        // Another client of the tenant could otherwise take it first.
        const contentKey = client.scopes.includes('content-key') ? await takeContentKey(id, deps) : null;
        return { id, connection, subject, ...outcome, contentKey, ...toTestReply(view) };
      },
    }),
  ];
}
