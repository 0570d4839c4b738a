import { z } from 'zod';
import type { Client } from '../access/client-tokens.js';
import { findConnection, linkFields, requireSubject, subjectFields } from '../access/connection-access.js';
import type { Agent } from '../core/approver.js';
import { pageOf } from '../core/bounded-list.js';
import { bindingOf, type Connection, requireConnection } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { type HelpDeskProof, helpDeskProofs } from '../core/enrolment-proof.js';
import { madeCallerPinReply } from '../core/home-protocol.js';
import { attemptsOfSubject } from '../core/limits/attempts.js';
import { readLockedUntil } from '../core/limits/lockout.js';
import { pageFields } from '../core/page-fields.js';
import { sentLink } from '../core/page-link.js';
import { emptyReply, helpReasons } from '../core/page-protocol.js';
import { Credential } from '../core/secrets.js';
import { adminEndpoint, clientEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import { approveBypass, issueBypass, listBypasses } from '../step-up/codes/bypass.js';
import type { FlowPorts } from '../step-up/flow.js';
import { toTestReply } from '../step-up/replies.js';
import { sessionEndpoint } from '../step-up/session-endpoint.js';
import type { StartedStepUp } from '../step-up/step-up.js';
import { createCallerPin, takeCallerPin } from './caller-pins.js';
import {
  askForHelp,
  closeHelpRequest,
  listHelpRequests,
  maxNoteCharacters,
  settlements,
  takeHelpRequest,
} from './help-requests.js';
import {
  approvedBypassReply,
  begunVouchingReply,
  bypassesReply,
  callerPinReply,
  helpRequestsReply,
  madeBypassReply,
  takenHelpRequestReply,
  vouchingReply,
} from './replies.js';
import { beginVouching, readVouching, type VouchingAgent } from './vouching.js';

const pinFields = {
  connection: subjectFields.connection,
  pin: z.string().min(1).max(20).describe('As the caller reads it out: ten digits, with or without spaces.'),
};

const referenceField = z
  .string()
  .regex(/^[a-z0-9][\w-]{0,63}$/i)
  .describe('Id of the ticket: up to 64 letters, digits, `-` and `_`.');

const named = ['connection_unknown', 'subject_unknown', 'profile_unavailable', 'locked_out'] as const;
const codesOfSending = [...named, 'contact_missing', 'delivery_failed'] as const;
const pinCodes = [...named, 'code_wrong'] as const;

/** Adds `test` for a person of a connection that has only test people. */
const withTest = <View extends { readonly isTest: boolean }>(view: View) => ({ ...view, ...toTestReply(view) });

const toState = (isApproved: boolean) => (isApproved ? ('ready' as const) : ('waiting' as const));

type VouchingFields = z.output<z.ZodObject<typeof linkFields>>;

/** Begins the check of a caller. @returns the reply, with the link if it is not sent */
async function beginWithLink(
  request: Omit<Parameters<typeof beginVouching>[0], 'toLink'>,
  deps: Parameters<typeof beginVouching>[1] & Ports<'issuer'>,
) {
  const { send, language } = request;
  const toLink = (started: StartedStepUp) => sentLink(deps.issuer, started, language);
  const { id, number, isEnrolled, expiresAt, started } = await beginVouching({ ...request, toLink }, deps);
  return { id, url: send === 'none' ? toLink(started) : null, number, isEnrolled, expiresAt };
}

export function createHelpDeskEndpoints(
  deps: CoreDeps & Ports<'brandOf' | 'connections' | 'delivery' | 'keys'>,
): Endpoint[] {
  const common = {
    tag: 'Help desk',
    right: 'assist',
  } as const;

  const find = (id: string): Connection => requireConnection(id, deps);

  const begin = async (
    { send, language, ...fields }: VouchingFields,
    { administrator, source }: { readonly administrator: Agent; readonly source: string },
    proof: HelpDeskProof | null,
  ) => {
    const connection = find(fields.connection);
    const subject = await requireSubject(connection, fields);
    return beginWithLink(
      { connection, subject, by: administrator, source, reference: null, send, proof, language },
      deps,
    );
  };

  return [
    adminEndpoint({
      ...common,
      path: '/help-desk/vouchings',
      status: 201,
      summary: 'Ask a caller for a face check',
      description:
        'The person opens the link on their own device and chooses the number that you read out. A person who received the link from someone else does not hear the number. At most 6 an hour for one person.',
      codes: codesOfSending,
      fields: z.strictObject(linkFields),
      reply: begunVouchingReply,
      handle: ({ fields, administrator, source }) => begin(fields, { administrator, source }, null),
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/enrolments',
      isSensitive: true,
      status: 201,
      summary: 'Let a person enrol for whom you vouch',
      description:
        'Replaces the face of a person who has enrolled. The person opens the link on their own device and chooses the number that you read out. The enrolment says what it rests on: `in_person` if you see the person and their identity document, `vouched` if you verified them in a call. With `policy.photo`, the face is still compared with the organization’s photo, and `whenMissing` and `whenUnlike` decide whether your word counts. Poll `/help-desk/vouchings/{id}` for the result. At most 6 an hour for one person.',
      codes: codesOfSending,
      fields: z.strictObject({ ...linkFields, proof: z.enum(helpDeskProofs) }),
      reply: begunVouchingReply,
      handle: ({ fields, administrator, source }) => begin(fields, { administrator, source }, fields.proof),
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/vouchings/:id',
      summary: 'Get the result of a caller’s face check',
      description:
        'The administrator who started it polls this every few seconds. After the face check has passed, the reply identifies the person, for ten minutes.',
      codes: ['not_found', 'subject_unknown', 'profile_unavailable'],
      reply: vouchingReply,
      async handle({ param, administrator }) {
        return withTest(await readVouching({ id: param('id'), by: administrator }, deps));
      },
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/caller-pins',
      summary: 'Identify a caller by a PIN',
      description:
        'The person opens their own page with a face check and reads out the PIN that it shows. A PIN is valid once, for five minutes and one connection. Wrong, expired and used PINs get the same reply. At most 10 wrong ones an hour of one administrator, 60 at one connection and 100 in all.',
      codes: pinCodes,
      fields: z.strictObject(pinFields),
      reply: callerPinReply,
      async handle({ fields, administrator: by }) {
        const connection = find(fields.connection);
        const pin = new Credential(fields.pin);
        return withTest(await takeCallerPin({ connection, pin, by, reference: null }, deps));
      },
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/bypass-codes',
      isSensitive: true,
      status: 201,
      summary: 'Create a bypass code for a person',
      description:
        'Returns a code for a person who cannot show their face. It works once, for one connection, and for one application if given. Replaces an earlier code of the person. Returns `not_found` if the policy does not allow bypass codes.',
      codes: [...named, 'not_found', 'limit_reached'],
      fields: z.strictObject({
        ...subjectFields,
        minutes: z
          .int()
          .min(5)
          .max(60)
          .optional()
          .describe('Lifetime in minutes; by default the maximum of the policy.'),
        application: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('Host of the application that the code is valid for.'),
      }),
      reply: madeBypassReply,
      async handle({ fields, administrator }) {
        const { minutes = null, application = null } = fields;
        const connection = find(fields.connection);
        const subject = await requireSubject(connection, fields);
        await connection.profile.readAccount(subject);
        const { code, isApproved, ...issued } = await issueBypass(
          { connection, subject, by: administrator, minutes, application },
          deps,
        );
        const lockedUntil = await readLockedUntil(attemptsOfSubject(bindingOf(connection, subject)), deps);
        return { ...issued, code: code.use((text) => text), state: toState(isApproved), lockedUntil };
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/help-desk/bypass-codes',
      summary: 'List active and pending bypass codes',
      description: 'Returns them newest first, without the codes themselves.',
      fields: z.strictObject(pageFields),
      reply: bypassesReply,
      async handle({ fields: { limit, cursor: after = null } }) {
        const { page, cursor } = pageOf(await listBypasses(deps), { limit, cursor: after });
        return { codes: page.map((each) => ({ ...each, state: toState(each.isApproved) })), cursor };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/bypass-codes/:id/approve',
      isSensitive: true,
      summary: 'Approve a bypass code of another administrator',
      description: 'Starts the lifetime of the code.',
      codes: ['not_found', 'approver_same'],
      reply: approvedBypassReply,
      handle: ({ param, administrator }) => approveBypass({ id: param('id'), by: administrator }, deps),
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/help-desk/requests',
      summary: 'List help requests',
      description: 'Returns the requests, newest first. A request is stored for a day.',
      fields: z.strictObject({ ...pageFields, connection: subjectFields.connection.optional() }),
      reply: helpRequestsReply,
      async handle({ fields: { limit, cursor: after = null, connection } }) {
        const all = await listHelpRequests(deps);
        const wanted = all.filter((each) => connection === undefined || each.connection === connection);
        const { page, cursor } = pageOf(wanted, { limit, cursor: after });
        return { requests: page, cursor };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/requests/:id/take',
      summary: 'Take over a help request',
      description: 'After this, no other administrator can take it over.',
      codes: ['not_found', 'request_taken'],
      reply: takenHelpRequestReply,
      handle: async ({ param, administrator }) => ({
        request: await takeHelpRequest({ id: param('id'), by: administrator }, deps),
      }),
    }),
    adminEndpoint({
      ...common,
      path: '/help-desk/requests/:id/settle',
      summary: 'Close a help request',
      description: 'Closes a request that you took over. It is removed from the list; the outcome is recorded.',
      codes: ['not_found'],
      fields: z.strictObject({ settlement: z.enum(settlements) }),
      handle: ({ param, fields: { settlement }, administrator }) =>
        closeHelpRequest({ id: param('id'), settlement, by: administrator }, deps),
    }),
  ];
}

/** Returns the agent of a ticket system, which stays the same if an application gets a new key. */
const toAgent = ({ id, name, application }: Client): VouchingAgent => ({ id: application?.id ?? id, name });

/** Creates the endpoints by which a ticket system verifies a caller of the help desk. */
export function createCallerEndpoints(
  deps: CoreDeps & Ports<'brandOf' | 'connections' | 'delivery' | 'keys'>,
): Endpoint[] {
  const common = { tag: 'Help desk', scope: 'callers' } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/callers',
      status: 201,
      summary: 'Ask a caller for a face check from a ticket',
      description:
        'As `/help-desk/vouchings`, for a ticket system: the person opens the link on their own device and chooses the number that the agent reads out. The webhook `step_up.finished` repeats `reference`. At most 6 an hour for one person, and 120 of one token or application.',
      codes: codesOfSending,
      fields: z.strictObject({ ...linkFields, reference: referenceField }),
      reply: begunVouchingReply,
      async handle({ fields: { send, language, reference, ...fields }, client, source }) {
        const connection = findConnection(fields.connection, client, deps);
        const subject = await requireSubject(connection, fields);
        const about = { connection, subject, by: toAgent(client), source, reference };
        return beginWithLink({ ...about, send, proof: null, language }, deps);
      },
    }),
    clientEndpoint({
      ...common,
      path: '/callers/pin',
      summary: 'Identify a caller by a PIN from a ticket',
      description:
        'As `/help-desk/caller-pins`, for a ticket system. The audit trail has `reference`. The reply is the result: no webhook follows.',
      codes: pinCodes,
      fields: z.strictObject({ ...pinFields, reference: referenceField.optional() }),
      reply: callerPinReply,
      async handle({ fields, client }) {
        const connection = findConnection(fields.connection, client, deps);
        const asked = { by: toAgent(client), reference: fields.reference ?? null };
        return withTest(await takeCallerPin({ connection, pin: new Credential(fields.pin), ...asked }, deps));
      },
    }),
    clientEndpoint({
      ...common,
      method: 'GET',
      path: '/callers/:id',
      summary: 'Get the result of a ticket’s face check',
      description:
        'For the token or application that started it. After the face check has passed, the reply identifies the person, for ten minutes.',
      codes: ['not_found', 'subject_unknown', 'profile_unavailable'],
      reply: vouchingReply.extend({ reference: z.string().nullable() }),
      async handle({ param, client }) {
        return withTest(await readVouching({ id: param('id'), by: toAgent(client) }, deps));
      },
    }),
  ];
}

/** Creates the endpoints by which a person asks the help desk for help, or shows it who they are. */
export function createHelpRequestEndpoints(deps: CoreDeps & Ports<'connections' | 'keys'> & FlowPorts): Endpoint[] {
  const common = {
    status: 201,
    deps,
  } as const;
  return [
    sessionEndpoint({
      ...common,
      path: '/face/caller-pin',
      action: 'make_caller_pin',
      summary: 'Show a PIN for the help desk',
      description:
        'Available on the person’s own page if it was opened with a face check. The person reads the PIN out to the help desk. It replaces an earlier one of the person.',
      codes: ['not_found', 'locked_out', 'limit_reached'],
      reply: madeCallerPinReply,
      async handle({ session }) {
        const { pin, expiresAt } = await createCallerPin(session, deps);
        return { pin: pin.use((text) => text), expiresAt };
      },
    }),
    sessionEndpoint({
      ...common,
      path: '/face/help',
      action: 'ask_for_help',
      summary: 'Ask the help desk for help',
      description:
        'Available if the view has `helpOffered`. Replaces an earlier request of the person; at most three an hour. The step-up does not change.',
      codes: ['connection_unknown', 'not_found', 'locked_out', 'limit_reached'],
      fields: z.strictObject({
        reason: z.enum(helpReasons),
        note: z.string().max(maxNoteCharacters).default('').describe('Plain text.'),
      }),
      reply: emptyReply,
      handle: ({ fields, session: shown }) => askForHelp({ session: shown, ...fields }, deps),
    }),
  ];
}
