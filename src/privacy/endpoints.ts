import { isIP } from 'node:net';
import { z } from 'zod';
import { readPerson, readPersonAfter } from '../audit/ledger/people.js';
import { toPersonReply } from '../audit/ledger/person-reply.js';
import type { PersonChange } from '../core/audit-events.js';
import { bindingOf, type ConnectedSubject, toSubjectRef } from '../core/connection.js';
import { withdrawDataConsents } from '../core/consented-data/consents.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { attemptsOfAnonymous, unlockPerson } from '../core/limits/attempts.js';
import { clearAttempts } from '../core/limits/lockout.js';
import { endLinks } from '../core/links/links.js';
import { toSource } from '../core/networks.js';
import { addSec } from '../core/units.js';
import { hasEnrolmentEnded, revokeSubject } from '../enrolment/revoke.js';
import { FaceError, toCode } from '../errors.js';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import { dataNotStored, exportRecordedHoldings, type RecordedHoldings, type RecordPorts } from './export.js';
import { endedLinksReply, erasureReply, subjectsReply, toExportReply, withdrawnConsentsReply } from './replies.js';
import {
  type Erased,
  eraseSubject,
  findSubjects,
  issueErasureReceipt,
  type RequestedSubject,
} from './subject-rights.js';

const subjectFields = z.strictObject({
  connection: z.string().min(1).max(100).optional().describe('Id of a configured connection. Needs `subject`.'),
  subject: z.string().min(1).max(256).optional().describe('The user’s immutable id at that provider.'),
  login: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Username, searched at every connection. Use it instead of `connection` and `subject`.'),
});
type SubjectFields = z.output<typeof subjectFields>;

function toAsked({ connection, subject, login }: SubjectFields): RequestedSubject {
  if (connection !== undefined && subject !== undefined && login === undefined) return { connection, subject };
  if (connection === undefined && subject === undefined && login !== undefined) return { connection: null, login };
  throw new FaceError('request_malformed', {
    field: 'login',
    reason: 'Expected either login, or connection and subject.',
  });
}

const isSource = (source: string): boolean => isIP(source.replace(/::\/64$/, '::')) !== 0;

/** Seconds within which the log has the entry of an event. */
const loggedWithinSec = 60;

/** Ends an enrolment, and records its end even if only the log knows the enrolment. */
async function endEnrolment(who: ConnectedSubject, by: string, deps: CoreDeps & Ports<'ledger'>): Promise<void> {
  const ref = toSubjectRef(who);
  const hasJustEnded = await hasEnrolmentEnded(ref, addSec(deps.clock.now(), -loggedWithinSec), deps);
  const { isRecorded } = await revokeSubject({ ...who, by }, deps);
  if (isRecorded || hasJustEnded) return;
  const { status } = await readPerson(ref, deps);
  if (status === 'enrolled' || status === 'expired')
    await deps.audit.append({ action: 'revoked', ...ref, detail: { tokenId: null, by } });
}

export function createSubjectEndpoints(
  deps: CoreDeps & Ports<'connections' | 'keys' | 'ledger'> & RecordPorts,
): Endpoint[] {
  const common = {
    tag: 'Data subjects',
    codes: ['connection_unknown'],
  } as const;

  /** Runs an action for each user found and collects the results. A failure of the store ends the run with an error. */
  const forEach = async <Done extends object>(
    fields: SubjectFields,
    nothing: Done,
    act: (who: ConnectedSubject) => Promise<Done>,
  ) => {
    const searches = await findSubjects(toAsked(fields), deps);
    const subjects = await Promise.all(
      searches.map(async ({ connection, found, code }) => {
        const about = { connection: connection.id, subject: found };
        if (found === null) return { ...about, code, ...nothing };
        try {
          return { ...about, code: null, ...(await act({ connection, subject: found })) };
        } catch (error) {
          if (toCode(error) === 'state_unavailable') throw error;
          return { ...about, code: toCode(error), ...nothing };
        }
      }),
    );
    return { subjects, complete: subjects.every(({ code }) => code === null || code === 'subject_unknown') };
  };

  const readAfter = async (who: ConnectedSubject, change: PersonChange) =>
    toPersonReply(await readPersonAfter(toSubjectRef(who), change, deps), deps.connections);
  const unchanged: { person: ReturnType<typeof toPersonReply> | null } = { person: null };

  return [
    adminEndpoint({
      ...common,
      path: '/subjects/export',
      right: 'audit',
      summary: 'Export the data of a person',
      description:
        'Returns everything except the token and its sealed contents, which are unreadable. Audit records are those of the server that answers: each server has its own trail.',
      fields: subjectFields,
      reply: toExportReply(deps.settings.holdings),
      async handle({ fields, administrator }) {
        const { subjects, complete } = await forEach<{ held: RecordedHoldings | null }>(
          fields,
          { held: null },
          async (who) => {
            const held = await exportRecordedHoldings(who, deps);
            await deps.audit.append({
              action: 'subject_exported',
              ...toSubjectRef(who),
              detail: { by: administrator.name },
            });
            return { held };
          },
        );
        const isWhole = complete && subjects.every(({ held }) => (held?.profileCode ?? null) === null);
        return { subjects, notHeld: dataNotStored, complete: isWhole };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/subjects/revoke',
      isSensitive: true,
      right: 'assist',
      summary: 'End the enrolment of a person',
      description:
        'Ends it everywhere, as /enrolments/revoke does: revokes the token, clears the attribute, deletes the passkey and the failed attempts, ends step-ups in progress, and records the withdrawal of the consent. Ending an ended enrolment succeeds.',
      fields: subjectFields,
      reply: subjectsReply,
      handle: ({ fields, administrator }) =>
        forEach(fields, unchanged, async (who) => {
          await endEnrolment(who, administrator.name, deps);
          return { person: await readAfter(who, { kind: 'ended' }) };
        }),
    }),
    adminEndpoint({
      ...common,
      path: '/subjects/erase',
      right: 'operate',
      isSensitive: true,
      summary: 'Erase the data of a person',
      description:
        'Ends the enrolment as /subjects/revoke does and deletes the consent. The receipt is a JWS of the type `facestep-erasure+jwt`. It lists what was erased, where and when, and what remains, why and for how long. Verify it with the keys at /.well-known/jwks.json.',
      fields: subjectFields,
      reply: erasureReply,
      async handle({ fields, administrator }) {
        const receiptId = Buffer.from(deps.random(16)).toString('base64url');
        const erased: Erased[] = [];
        const { subjects, complete } = await forEach(fields, unchanged, async (who) => {
          const { tokenIds, isAtProvider } = await eraseSubject({ ...who, receiptId, by: administrator.name }, deps);
          erased.push({ ...toSubjectRef(who), tokenIds });
          // Tells the administrator that the user was deleted or the id mistyped.
          const person = await readAfter(who, { kind: 'erased' });
          return isAtProvider ? { person } : { person, code: 'subject_unknown' as const };
        });
        const receipt = erased.length === 0 ? null : await issueErasureReceipt({ receiptId, erased }, deps);
        return { subjects, receipt, complete };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/subjects/withdraw-data-consents',
      isSensitive: true,
      right: 'assist',
      summary: 'Withdraw a person’s consents to share claims',
      description:
        'After this, tokens for these clients contain no claims of the person, and the person is asked for consent again. Ending an ended consent succeeds. /subjects/export lists the consents.',
      fields: subjectFields.extend({
        client: z.string().min(1).max(256).optional().describe('Id of an OpenID client; by default all clients.'),
      }),
      reply: withdrawnConsentsReply,
      handle: ({ fields: { client = null, ...fields }, administrator }) =>
        forEach<{ clients: string[] }>(fields, { clients: [] }, async (who) => ({
          clients: [...(await withdrawDataConsents(toSubjectRef(who), { client, by: administrator.name }, deps))],
        })),
    }),
    adminEndpoint({
      ...common,
      path: '/subjects/end-links',
      isSensitive: true,
      right: 'assist',
      summary: 'End links of a person with their other accounts',
      description:
        'After this, applications receive no claims from those accounts. Ending an ended link succeeds. /subjects/export lists the links.',
      fields: subjectFields.extend({
        other: z
          .string()
          .min(1)
          .max(100)
          .optional()
          .describe('Id of the connection of the linked account; by default all connections.'),
      }),
      reply: endedLinksReply,
      handle: ({ fields: { other = null, ...fields }, administrator }) =>
        forEach<{ others: string[] }>(fields, { others: [] }, async (who) => ({
          others: [...(await endLinks(toSubjectRef(who), { connection: other, by: administrator.name }, deps))],
        })),
    }),
    adminEndpoint({
      ...common,
      path: '/subjects/unlock',
      isSensitive: true,
      right: 'assist',
      summary: 'End the lockouts of a person',
      description:
        'Deletes all failed attempts at this person and ends every lockout for them: their own, those of anonymous callers at all addresses, and those of sign-ins at any application. Rate limits, such as one-time codes per day, stay until they expire.',
      fields: subjectFields.extend({
        source: z
          .string()
          .min(1)
          .max(64)
          .transform(toSource)
          .refine(isSource)
          .optional()
          .describe(
            'Ends only the lockouts of anonymous callers at this address. The lockouts of the person and of sign-ins at applications stay.',
          ),
      }),
      reply: subjectsReply,
      handle: ({ fields: { source: anonymousSource = null, ...fields }, administrator }) =>
        forEach(fields, unchanged, async (who) => {
          const { connection, subject } = who;
          const binding = bindingOf(connection, subject);
          await (anonymousSource === null
            ? unlockPerson(binding, deps)
            : clearAttempts(attemptsOfAnonymous(binding, anonymousSource), deps));
          const detail = { by: administrator.name, source: anonymousSource };
          await deps.audit.append({ action: 'lockout_cleared', connection: connection.id, subject, detail });
          const until = anonymousSource === null ? null : (await readPerson(toSubjectRef(who), deps)).lockedUntil;
          return { person: await readAfter(who, { kind: 'lockout', until }) };
        }),
    }),
  ];
}
