import { z } from 'zod';
import { mayHaveBeenLost, readStored } from '../core/change-stored.js';
import { type Assurance, anonymousSourceIn, type Connection, vouched } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { consumeLimits, usesOfStart } from '../core/limits/limits.js';
import { clockToleranceSec } from '../core/receipt.js';
import { joinTicket, newSecret } from '../core/tickets.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { FlowPorts } from './flow.js';
import { findRuleOfCheck } from './receipt-rules.js';
import type { ProviderRequestFlow } from './request-flow.js';
import { findOpened, type OpenedSession, openSession } from './session.js';
import { type StartedStepUp, startStepUp } from './step-up.js';
import { changeRecord, findStepUp } from './stored.js';
import { replaceTicket } from './transitions.js';

interface Requested {
  readonly connection: Connection;
  readonly request: string;
  /** Address of the browser, against which a request without a first factor counts. */
  readonly source: string;
}

type ReadRequest = Awaited<ReturnType<typeof readRequest>>;

/** Use of a signed request: true if the caller started the step-up, or the step-up's id if the page opened it. */
const usedGuard = z.union([z.literal(true), z.string()]);

/**
 * Starts the step-up of a signed request, once.
 * @throws `caller_untrusted` for a bad signature or an expired request; `step_up_finished` if it was used before;
 * `locked_out` without a first factor
 */
export async function startRequestedStepUp(
  requested: Requested,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings'>,
): Promise<StartedStepUp> {
  const asked = await readRequest(requested, deps);
  return use(asked, () => startAsked(asked, deps), deps);
}

/**
 * Starts the step-up and opens it for the page. If the answer was lost, the next attempt opens the same step-up.
 * @throws as `startRequestedStepUp` and `openSession`
 */
export async function openRequestedStepUp(
  { connection, request, source, ...opening }: Requested & Omit<Parameters<typeof openSession>[0], 'ticket'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'connections' | 'settings' | 'keys'> & FlowPorts,
): Promise<OpenedSession> {
  const asked = await readRequest({ connection, request, source }, deps);
  const used = (await readStored({ key: asked.key, guard: usedGuard }, deps))?.record;
  if (typeof used === 'string') return openAgain(used, opening, deps);
  const { id, challenge } = await use(
    asked,
    async () => {
      const started = await startAsked(asked, deps);
      await deps.state.write(asked.key, started.id, { when: 'any', expiresAt: asked.usedUntil });
      return started;
    },
    deps,
  );
  return openSession({ ticket: joinTicket(id, challenge), ...opening }, deps);
}

async function readRequest({ connection, request, source }: Requested, deps: Ports<'state' | 'clock'>) {
  if (connection.openStepUpRequest === undefined) throw new FaceError('caller_untrusted');
  const opened = await connection.openStepUpRequest(request);
  const { subject, audience, nonce, issuedAt, expiresAt, isAfterFirstFactor } = opened;
  if (expiresAt <= deps.clock.now()) throw new FaceError('caller_untrusted', { request: 'expired' });
  if (await mayHaveBeenLost(issuedAt, deps)) throw new FaceError('caller_untrusted', { request: 'forgotten' });
  const key = `step-up-request:${connection.id}:${nonce}`;
  // The expiry includes time for replicas with a slow clock.
  const assurance: Assurance = isAfterFirstFactor ? vouched : { kind: 'anonymous', source };
  return { connection, subject, audience, nonce, assurance, key, usedUntil: addSec(expiresAt, clockToleranceSec) };
}

async function startAsked(
  { connection, subject, audience, nonce, assurance }: ReadRequest,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier'>,
): Promise<StartedStepUp> {
  const signIn = { subject, application: audience, address: null };
  const flow: ProviderRequestFlow = {
    kind: 'provider_request',
    receipt: { for: { audience, nonce }, issued: null },
  };
  return startStepUp(
    {
      connection,
      subject,
      assurance,
      application: audience,
      rule: assurance.kind === 'anonymous' ? null : await findRuleOfCheck(connection, signIn),
    },
    flow,
    deps,
  );
}

async function use<Result>(
  { connection, assurance, key, usedUntil }: ReadRequest,
  begin: () => Promise<Result>,
  deps: Ports<'state' | 'clock' | 'settings'>,
) {
  const { state } = deps;
  const source = anonymousSourceIn(assurance);
  if (source !== null) {
    // One request, sent again and again, would use up the starts of others.
    if ((await state.read(key)) !== null) throw new FaceError('step_up_finished');
    // Counted before anything is stored.
    await consumeLimits(usesOfStart(source, connection.id), deps);
  }
  if (!(await state.write(key, true, { when: 'absent', expiresAt: usedUntil })))
    throw new FaceError('step_up_finished');
  return begin().catch(async (error: unknown) => {
    await state.delete(key);
    throw error;
  });
}

/** Opens the step-up that this request began, if the answer was lost. */
async function openAgain(
  id: string,
  opening: Omit<Parameters<typeof openSession>[0], 'ticket'>,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'connections' | 'keys'> & FlowPorts,
): Promise<OpenedSession> {
  const found = await findStepUp(id, deps);
  const opened = findOpened(found, opening.key ?? null, deps);
  if (opened !== null) return opened;
  if (found.record.digests.session !== null) throw new FaceError('step_up_finished');
  // The answer with the challenge was lost, so a new challenge replaces it.
  const challenge = newSecret(deps);
  await changeRecord(id, (record) => replaceTicket(record, challenge), deps, found);
  return openSession({ ticket: joinTicket(id, challenge), ...opening }, deps);
}
