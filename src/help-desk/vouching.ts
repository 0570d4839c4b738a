import { z } from 'zod';
import type { Agent } from '../core/approver.js';
import { changeStored, type FoundRecord, readStored } from '../core/change-stored.js';
import { type ConnectedSubject, readTokenIfAny, toSubjectRef, vouched } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { HelpDeskProof } from '../core/enrolment-proof.js';
import type { SupportedLanguage } from '../core/language.js';
import { consumeLimit } from '../core/limits/limits.js';
import { drawChoices } from '../core/number-choices.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { isUsable } from '../enrolment/company-photo.js';
import { FaceError } from '../errors.js';
import { toCheckMessage } from '../notifications/one-time-codes.js';
import { isByFace, stateAt } from '../step-up/record.js';
import { type StartedStepUp, startStepUp } from '../step-up/step-up.js';
import { readRecord } from '../step-up/stored.js';
import type { CallerFlow } from './flow.js';
import type { VouchingState } from './vouching-states.js';

/*
 * Verifies a person who calls the help desk, by a face check on their own device. The person must first choose a number
 * that the administrator reads out, which stops someone who only got the link. The administrator sees the result.
 */

const lifeSec = 10 * 60;
const toldSec = 10 * 60;

const recordGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  stepUpId: z.string(),
  by: z.string(),
  byId: z.string().nullable(),
  reference: z.string().nullable().default(null),
  isRead: z.boolean(),
  endsAt: epochMsGuard,
});
type Vouching = z.infer<typeof recordGuard>;

const toStored = (id: string) => ({
  key: `vouching:${id}`,
  guard: recordGuard,
  expiresAt: ({ endsAt }: Vouching): EpochMs => addSec(endsAt, toldSec),
});

/**
 * Starts a face check, or an enrolment, for a caller of the help desk. Failed checks count against the administrator's network, so that
 * no user is locked out.
 * @param request.send - `none` if the administrator passes the link on
 * @returns `number` to read out on the phone, which must not be written anywhere; `isEnrolled`: false if the person has
 * no enrolment, so that no face can pass the check
 * @throws `locked_out`, `subject_unknown`, `profile_unavailable`, `contact_missing`, `delivery_failed`
 */
export async function beginVouching(
  request: ConnectedSubject & {
    readonly by: VouchingAgent;
    readonly source: string;
    /** Id of the ticket, if a ticket system starts the check. */
    readonly reference: string | null;
    readonly send: 'none' | 'email' | 'sms';
    /** If given, the person enrols a face, and the help desk vouches for them in this way. */
    readonly proof: HelpDeskProof | null;
    readonly language: SupportedLanguage;
    readonly toLink: (started: StartedStepUp) => string;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'delivery' | 'settings' | 'brandOf'>,
) {
  const { connection, subject, by, source, reference, send, proof, language, toLink } = request;
  const who = toSubjectRef(request);
  await consumeLimit('vouchingsOfAgent', by.id, deps);
  await consumeLimit('vouchingsOfPerson', JSON.stringify([who.connection, subject]), deps);
  const account = await connection.profile.readAccount(subject);
  const to = send === 'none' ? null : send === 'email' ? account.email : account.phone;
  if (send !== 'none' && to === null) throw new FaceError('contact_missing');
  const test = connection.testOutcomeOf?.(subject) ?? null;
  const isEnrolled =
    test === null ? await isUsable(await readTokenIfAny(connection, subject), deps) : test !== 'unenrolled';
  const spoken = drawChoices(deps.random);
  const caller: CallerFlow = { kind: 'caller', reference, proof };
  const started = await startStepUp(
    {
      connection,
      subject,
      purpose: proof === null ? 'verify' : 'enrol',
      assurance: proof === null ? { kind: 'anonymous', source } : vouched,
      by: by.name,
      spoken,
      lifeSec,
    },
    caller,
    deps,
  );
  const id = Buffer.from(deps.random(12)).toString('hex');
  const endsAt = addSec(deps.clock.now(), lifeSec);
  const asked = { by: by.name, byId: by.id, reference };
  const record: Vouching = { ...who, stepUpId: started.id, ...asked, isRead: false, endsAt };
  const { key, expiresAt } = toStored(id);
  await deps.state.write(key, record, { when: 'absent', expiresAt: expiresAt(record) });
  if (send !== 'none' && to !== null) {
    const brand = await deps.brandOf(connection);
    await deps.delivery.send(toCheckMessage({ channel: send, to, language, brand }, toLink(started)));
  }
  const detail = {
    stepUpId: started.id,
    send,
    by: by.name,
    proof: proof ?? undefined,
    reference: reference ?? undefined,
  };
  await deps.audit.append({ action: 'vouching_begun', ...who, detail });
  return { id, number: spoken.code, isEnrolled, expiresAt: started.expiresAt, started };
}

/** Administrator, or the application of a ticket system, that verifies a caller and alone reads the result. */
export type VouchingAgent = Pick<Agent, 'id' | 'name'>;

/**
 * Returns the state of a check to the administrator who started it. The outcome is recorded before it is returned.
 * @returns the verified person for ten minutes after the check, or `null`
 * @throws `not_found` for another administrator or an expired check; `subject_unknown`
 */
export async function readVouching(
  { id, by }: { readonly id: string; readonly by: VouchingAgent },
  deps: Ports<'state' | 'clock' | 'audit' | 'connections'>,
) {
  const found = await readStored(toStored(id), deps);
  if (found === null || found.record.byId !== by.id) throw new FaceError('not_found');
  const { connection: connectionId, subject, stepUpId, reference } = found.record;
  const { record } = await readRecord(stepUpId, deps).catch((error: unknown) => {
    if (error instanceof FaceError && error.code === 'step_up_unknown') throw new FaceError('not_found');
    throw error;
  });
  const now = deps.clock.now();
  const state = toState(record, now);
  const about = { reference, isTest: record.isTest };
  if (state === 'waiting' || state === 'opened' || state === 'checking')
    return { ...about, state, person: null, until: null };
  const until = record.pass === null ? null : addSec(record.pass.at, toldSec);
  const isPassed = state === 'passed' && record.pass !== null && isByFace(record.pass) && until !== null && now < until;
  const connection = deps.connections.get(connectionId);
  if (isPassed && connection === undefined) throw new FaceError('not_found');
  // Without an account to show, the check does not count as passed.
  const account = isPassed ? await connection?.profile.readAccount(subject) : undefined;
  await noteRead(id, found, state, deps);
  if (account === undefined)
    return { ...about, state: state === 'passed' ? 'expired' : state, person: null, until: null };
  return { ...about, state, person: { connection: connectionId, ...account }, until };
}

function toState(record: Parameters<typeof stateAt>[0], now: EpochMs): VouchingState {
  const state = stateAt(record, now);
  const isRefused = record.spoken?.choice === 'wrong';
  switch (state) {
    case 'started':
    case 'captured':
      if (record.digests.session === null) return 'waiting';
      return record.spoken?.choice === 'right' ? 'checking' : 'opened';
    case 'passed':
      return 'passed';
    case 'expired':
      return 'expired';
    case 'failed':
    case 'abandoned':
    case 'passed_another_way':
      return isRefused ? 'refused' : 'failed';
  }
}

/** Records the outcome before it is returned. Concurrent reads may record it twice. */
async function noteRead(
  id: string,
  known: FoundRecord<Vouching>,
  outcome: Exclude<VouchingState, 'waiting' | 'opened' | 'checking'>,
  deps: Ports<'state' | 'audit'>,
): Promise<void> {
  const { connection, subject, stepUpId, by, reference, isRead } = known.record;
  if (isRead) return;
  const detail = { stepUpId, outcome, by, reference: reference ?? undefined };
  await deps.audit.append({ action: 'vouched', connection, subject, detail });
  await changeStored(
    toStored(id),
    (found) => (found === null || found.isRead ? found : { ...found, isRead: true }),
    deps,
    known,
  );
}
