import { z } from 'zod';
import type { Client } from '../api/client-tokens.js';
import type { ApiDeps } from '../api/deps.js';
import { clientEndpoint, type Endpoint, plainEndpoint } from '../api/endpoint.js';
import { bindingOfClient } from '../api/face-token-endpoints.js';
import { accuracyField, instantField, instantReply, passwordField, scopeField, tokenField } from '../api/fields.js';
import { Credential } from '../core/concealed.js';
import type { Connection } from '../core/connection.js';
import { enrolSubject } from '../core/enrol.js';
import { revokeSubject } from '../core/revoke.js';
import {
  readStepUp,
  type StepUpRequested,
  type StepUpView,
  startRequestedStepUp,
  startStepUp,
  submitPhotos,
} from '../core/step-up.js';
import { toEpochMs, toIso } from '../core/units.js';
import { FaceError, type FaceErrorCode } from '../errors.js';

const photos = { photo: { atLeast: 1, atMost: 5 } } as const;

const who = {
  connection: z.string().min(1).max(100).describe('The id of a configured connection.'),
  subject: z.string().min(1).max(256).describe('The user’s immutable id at the identity provider.'),
};

const stepUpState = z
  .enum(['started', 'captured', 'passed', 'failed', 'expired'])
  .describe('`passed` and `failed` are decisions; `started` still waits for photos.');

const startedReply = z.strictObject({
  id: z.string(),
  challenge: z.string().describe('Sent with the photos; good for this step-up alone.'),
  state: z.literal('started'),
  expiresAt: instantReply,
});

const toStarted = ({ id, challenge, expiresAt }: Awaited<ReturnType<typeof startStepUp>>) => ({
  ...{ id, challenge: challenge.use((text) => text), state: 'started' as const, expiresAt: toIso(expiresAt) },
});

const outcomeReply = {
  state: stepUpState,
  expiresAt: instantReply,
  receipt: z
    .string()
    .nullable()
    .describe(
      'A JWS that states the pass, for the audience asked for; good for two minutes. docs/journey.md says how to check it.',
    ),
};

const toOutcome = ({ state, expiresAt, receipt }: StepUpView) => ({
  ...{ state, expiresAt: toIso(expiresAt), receipt: receipt === null ? null : receipt.use((text) => text) },
});

const startFields = z
  .strictObject({
    connection: who.connection.optional(),
    subject: who.subject,
    token: tokenField.optional().describe('A token from /generate that you keep, in place of the one in the profile.'),
    scope: scopeField.describe('As the token was made with.'),
    accuracy: accuracyField.describe('As the token was made with.'),
    audience: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .describe('Who the receipt is for. Without it a pass is noted for the hooks of the connection.'),
    nonce: z.string().min(1).max(256).optional().describe('Found again in the receipt. Needs `audience`.'),
  })
  .refine(
    ({ connection, token, audience }) => connection !== undefined || (token !== undefined && audience !== undefined),
  )
  .refine(({ audience, nonce }) => nonce === undefined || audience !== undefined);

function toStepUpRequested(fields: z.output<typeof startFields>, client: Client, deps: ApiDeps): StepUpRequested {
  const { subject, token, audience, nonce = null } = fields;
  const kept = token === undefined ? null : { token, binding: bindingOfClient(client, fields) };
  const receipt = audience === undefined ? null : { audience, nonce };
  if (fields.connection !== undefined) {
    return { connection: findConnection(fields.connection, client, deps), subject, kept, receipt };
  }
  if (kept === null || receipt === null) throw new FaceError('request_malformed');
  return { connection: null, subject, kept, receipt };
}

const profileCodes: readonly FaceErrorCode[] = ['connection_unknown', 'subject_unknown', 'profile_unavailable'];

/** Step-ups and enrolments of users of a connection. All of it is ours. */
export function createCaptureEndpoints(deps: ApiDeps): Endpoint[] {
  return [...createStepUpEndpoints(deps), ...createEnrolmentEndpoints(deps)];
}

function createStepUpEndpoints(deps: ApiDeps): Endpoint[] {
  const common = { versions: [1, 2], tag: 'Step-up', ours: true } as const;
  return [
    clientEndpoint({
      ...common,
      method: 'POST',
      path: '/step-ups',
      status: 201,
      scope: 'verify',
      summary: 'Start a face check of a person',
      description:
        'Of a user of a connection, whose token is in the profile there; or with `token` of anybody whose token you keep. A pass is noted for the hooks of the connection; with `audience` it becomes a receipt instead. Hand the challenge to the person in front of the camera and to nobody else. An unknown or unenrolled user looks the same here.',
      codes: ['connection_unknown', 'token_malformed'],
      photos: {},
      fields: startFields,
      reply: startedReply,
      async handle({ fields, client }) {
        return toStarted(await startStepUp(toStepUpRequested(fields, client, deps), deps));
      },
    }),
    plainEndpoint({
      ...common,
      method: 'POST',
      path: '/step-ups/requested',
      status: 201,
      auth: 'open',
      summary: 'Start the face check that a provider asked for',
      description:
        'Needs no client token: the provider’s side signed the request. Each request starts one face check, whose receipt is for whoever signed it.',
      codes: ['connection_unknown', 'caller_untrusted', 'step_up_finished'],
      photos: {},
      fields: z.strictObject({
        connection: who.connection,
        request: z.string().min(1).max(4096).describe('As the provider’s challenge holds it.'),
      }),
      reply: startedReply,
      async handle({ fields }) {
        const connection = deps.connections.get(fields.connection);
        if (connection === undefined) throw new FaceError('connection_unknown');
        return toStarted(await startRequestedStepUp({ connection, request: fields.request }, deps));
      },
    }),
    plainEndpoint({
      ...common,
      method: 'POST',
      path: '/step-ups/:id/photos',
      status: 200,
      auth: 'open',
      summary: 'Send the photos of a face check',
      description:
        'Needs no client token: the challenge is the credential. Photos that cannot be used leave the step-up open for better ones; a decision ends it. At most 10 MB in all.',
      codes: [
        'step_up_unknown',
        'step_up_finished',
        'locked_out',
        'liveness_low',
        'token_malformed',
        'token_expired',
        'token_revoked',
        'token_key_retired',
        'connection_unknown',
        'profile_unavailable',
      ],
      photos,
      fields: z.strictObject({ challenge: z.string().min(1).max(256), password: passwordField }),
      reply: z.strictObject({ id: z.string(), ...outcomeReply }),
      // A stranger's photos are read only for a step-up that is there and waits for them.
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
      ...common,
      method: 'GET',
      path: '/step-ups/:id',
      status: 200,
      scope: 'verify',
      summary: 'How a face check stands',
      description: 'Readable for an hour after its end.',
      codes: ['step_up_unknown'],
      photos: {},
      fields: z.strictObject({}),
      reply: z.strictObject({
        id: z.string(),
        connection: z.string(),
        subject: z.string(),
        ...outcomeReply,
      }),
      async handle({ client, param }) {
        const view = await readStepUp(param('id'), deps);
        const { id, connection, subject } = view;
        if (!mayUse(client, connection)) throw new FaceError('step_up_unknown');
        return { id, connection, subject, ...toOutcome(view) };
      },
    }),
  ];
}

function createEnrolmentEndpoints(deps: ApiDeps): Endpoint[] {
  const common = { method: 'POST', versions: [1, 2], tag: 'Step-up', ours: true, scope: 'enrol' } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/enrolments',
      status: 201,
      summary: 'Enrol a user of a connection',
      description:
        'Makes a token and writes it to the user’s profile at the identity provider; it is never returned. Send the user’s `password` at every check if you send one here.',
      codes: [...profileCodes, 'consent_missing'],
      photos,
      fields: z.strictObject({
        ...who,
        password: passwordField,
        consentStatement: z.string().min(1).max(2000).describe('The text the person agreed to, or its name.'),
        consentGivenAt: instantField.describe('When: RFC 3339.'),
      }),
      reply: z.strictObject({
        tokenId: z.string(),
        expiresAt: instantReply.nullable(),
        photos: z.int(),
        weak: z.boolean().describe('Made from one photo alone.'),
      }),
      async handle({ fields, client, photos }) {
        const sealed = await enrolSubject(
          {
            connection: findConnection(fields.connection, client, deps),
            subject: fields.subject,
            photos: photos('photo'),
            secret: fields.password ?? null,
            consent: { statement: fields.consentStatement, givenAt: fields.consentGivenAt },
          },
          deps,
        );
        sealed.contentKey?.wipe();
        return {
          tokenId: sealed.tokenId,
          expiresAt: sealed.expiresAt === null ? null : toIso(toEpochMs(sealed.expiresAt)),
          photos: sealed.photos,
          weak: sealed.photos === 1,
        };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/enrolments/revoke',
      status: 200,
      summary: 'End the enrolment of a user',
      description: 'Denies the token and clears the attribute. Ending what has ended succeeds.',
      codes: profileCodes,
      photos: {},
      fields: z.strictObject(who),
      reply: z.strictObject({}),
      async handle({ fields, client }) {
        const connection = findConnection(fields.connection, client, deps);
        await revokeSubject({ connection, subject: fields.subject }, deps);
        return {};
      },
    }),
  ];
}

/** A client of the standard tenant serves every connection; one of another tenant only the connection of that name. */
const mayUse = ({ tenant }: Client, connection: string): boolean => tenant === 'default' || tenant === connection;

function findConnection(id: string, client: Client, { connections }: ApiDeps): Connection {
  const connection = mayUse(client, id) ? connections.get(id) : undefined;
  if (connection === undefined) throw new FaceError('connection_unknown');
  return connection;
}
