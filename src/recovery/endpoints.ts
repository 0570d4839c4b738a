import { z } from 'zod';
import { linkFields, requireSubject, subjectFields } from '../access/connection-access.js';
import { pageOf } from '../core/bounded-list.js';
import { requireConnection } from '../core/connection.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { pageFields } from '../core/page-fields.js';
import type { EpochMs } from '../core/units.js';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import { approveRecovery, denyRecovery } from './approve.js';
import { type BegunRecovery, sendRecoveryLink } from './begin.js';
import { recoveryLink } from './mount.js';
import { type Recovery, readAllRecoveries, readRecoveries } from './record.js';
import { changedRecoveryReply, type RecoveryReply, recoveriesReply, recoveryLinkReply } from './replies.js';
import { approvalsNeeded, outcomeOf, proofOf, reasonOf, type StageNow, stageAt } from './stage.js';

/** Stages of the reply. All others are `ended`. */
const shownStages: Partial<Record<StageNow['kind'], RecoveryReply['stage']>> = {
  proving: 'second_thing',
  face: 'face',
  checked: 'face',
  approval: 'approval',
  delay: 'delay',
  ready: 'ready',
  shown: 'shown',
  revoking: 'revoking',
};

/** The number is left out: only the person reads it. */
function toRecoveryReply(recovery: Recovery, now: EpochMs) {
  const stage = stageAt(recovery, now);
  const proof = proofOf(stage);
  return {
    ...recovery,
    secondThing: proof?.secondThing ?? null,
    stage: shownStages[stage.kind] ?? 'ended',
    outcome: outcomeOf(stage),
    reason: reasonOf(stage),
    isPrivileged: (proof?.delay ?? null) !== null,
    approvals: proof?.approvals.map(({ by }) => by) ?? [],
    approvalsNeeded: proof === null ? 0 : approvalsNeeded(proof),
    notBefore: proof?.delay?.notBefore ?? null,
    begunBy: recovery.begunBy?.by ?? null,
  };
}

export function createRecoveryEndpoints(
  deps: CoreDeps & Ports<'brandOf' | 'connections' | 'delivery' | 'keys'>,
): Endpoint[] {
  const common = {
    tag: 'Help desk',
    right: 'assist',
  } as const;
  return [
    adminEndpoint({
      ...common,
      path: '/recoveries',
      isSensitive: true,
      status: 201,
      summary: 'Send a recovery link to a person',
      description:
        'The link names the person and proves nothing: they still need a second thing and their face. You cannot approve a recovery that you began. Returns `not_found` if recovery is off. At most 5 an hour for one person.',
      codes: [
        'connection_unknown',
        'subject_unknown',
        'profile_unavailable',
        'key_service_unavailable',
        'locked_out',
        'not_found',
        'contact_missing',
        'delivery_failed',
      ],
      fields: z.strictObject(linkFields),
      reply: recoveryLinkReply,
      async handle({ fields: { send, language, ...who }, administrator }) {
        const connection = requireConnection(who.connection, deps);
        const subject = await requireSubject(connection, who);
        const toLink = (begun: BegunRecovery) => recoveryLink(deps.issuer, connection.id, begun);
        const request = { connection, subject, by: administrator, send, language, toLink };
        return sendRecoveryLink(request, deps);
      },
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/recoveries',
      summary: 'List account recoveries',
      description: 'Returns those in which the face check passed, newest first, for seven days after their end.',
      fields: z.strictObject({ ...pageFields, connection: subjectFields.connection.optional() }),
      reply: recoveriesReply,
      async handle({ fields: { limit, cursor: after = null, connection } }) {
        const wanted = await (connection === undefined ? readAllRecoveries(deps) : readRecoveries(connection, deps));
        const { page, cursor } = pageOf(wanted, { limit, cursor: after });
        return { recoveries: page.map((each) => toRecoveryReply(each, deps.clock.now())), cursor };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/recoveries/:id/approve',
      isSensitive: true,
      summary: 'Approve an account recovery',
      description:
        'Verify the person first. The number is on their page, and they read it out. You cannot approve a recovery that you began, or one of your own account. At most 5 attempts for one recovery.',
      codes: [
        'not_found',
        'recovery_not_waiting',
        'recovery_number_wrong',
        'role_missing',
        'approver_same',
        'locked_out',
        'subject_unknown',
        'profile_unavailable',
      ],
      fields: z.strictObject({
        number: z.string().min(1).max(64).describe('Four digits; separators are ignored.'),
      }),
      reply: changedRecoveryReply,
      async handle({ param, fields: { number }, administrator }) {
        const recovery = await approveRecovery({ id: param('id'), number, by: administrator }, deps);
        return { recovery: toRecoveryReply(recovery, deps.clock.now()) };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/recoveries/:id/refuse',
      isSensitive: true,
      summary: 'Refuse an account recovery',
      description: 'Ends it. If a credential was issued, it is revoked at the provider within seconds.',
      codes: ['not_found'],
      reply: changedRecoveryReply,
      async handle({ param, administrator }) {
        const recovery = await denyRecovery({ id: param('id'), by: administrator }, deps);
        return { recovery: toRecoveryReply(recovery, deps.clock.now()) };
      },
    }),
  ];
}
