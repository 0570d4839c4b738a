import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { readStored } from '../change-stored.js';
import type { Connection } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { isForgotten } from '../forgotten.js';
import { clockToleranceSec } from '../receipt.js';
import { addSec, type EpochMs } from '../units.js';
import { findOpened, type OpenedSession, openSession } from './session.js';
import { type StartedStepUp, startStepUp } from './step-up.js';
import { changeRecord, findStepUp, type StepUpDeps } from './stored.js';
import { joinTicket, newSecret } from './ticket.js';
import { reticket } from './transitions.js';

/** A request that a provider's side signed, and the connection it is of. */
interface Requested {
  readonly connection: Connection;
  readonly request: string;
}

interface ReadRequest {
  readonly connection: Connection;
  readonly subject: string;
  readonly audience: string;
  readonly nonce: string;
  /** Where it stands that it was used. */
  readonly key: string;
  readonly usedUntil: EpochMs;
}

/** How a request was used: to start one, or by the page, which opens the step-up of that id. */
const usedGuard = z.union([z.literal(true), z.string()]);

/**
 * Starts the step-up that a provider's side asked for and signed. Each request starts one.
 * @throws FaceError `caller_untrusted`: not signed by it, or expired; `step_up_finished`: used already
 */
export async function startRequestedStepUp(requested: Requested, deps: CoreDeps): Promise<StartedStepUp> {
  const asked = await readRequest(requested, deps);
  return use(asked, () => startAsked(asked, deps), deps);
}

/**
 * Starts it and opens it, for the page. Where nobody has got a session of it, as the answer was lost or something failed on the way,
 * it opens for who asks again.
 * @throws FaceError as `startRequestedStepUp` and `openSession`
 */
export async function openRequestedStepUp(
  { connection, request, ...opening }: Requested & Omit<Parameters<typeof openSession>[0], 'ticket'>,
  deps: StepUpDeps,
): Promise<OpenedSession> {
  const asked = await readRequest({ connection, request }, deps);
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

async function readRequest({ connection, request }: Requested, deps: CoreDeps): Promise<ReadRequest> {
  if (connection.openStepUpRequest === null) throw new FaceError('caller_untrusted');
  const { subject, audience, nonce, issuedAt, expiresAt } = await connection.openStepUpRequest(request);
  if (expiresAt <= deps.clock.now()) throw new FaceError('caller_untrusted', { request: 'expired' });
  if (await isForgotten(issuedAt, deps)) throw new FaceError('caller_untrusted', { request: 'forgotten' });
  const key = `step-up-request:${connection.id}:${nonce}`;
  // A replica whose clock is behind takes it for a little longer.
  return { connection, subject, audience, nonce, key, usedUntil: addSec(expiresAt, clockToleranceSec) };
}

const startAsked = ({ connection, subject, audience, nonce }: ReadRequest, deps: CoreDeps): Promise<StartedStepUp> =>
  startStepUp({ connection, subject, kept: null, receipt: { audience, nonce }, hookSignIn: null }, deps);

/** Uses a request up, unless nothing comes of it: then nobody has got anything for it. */
async function use<Result>({ key, usedUntil }: ReadRequest, begin: () => Promise<Result>, { state }: CoreDeps) {
  if (!(await state.write(key, true, { when: 'absent', expiresAt: usedUntil })))
    throw new FaceError('step_up_finished');
  return begin().catch(async (error: unknown) => {
    await state.delete(key);
    throw error;
  });
}

async function openAgain(
  id: string,
  opening: Omit<Parameters<typeof openSession>[0], 'ticket'>,
  deps: StepUpDeps,
): Promise<OpenedSession> {
  const found = await findStepUp(id, deps);
  const opened = findOpened(found, opening.key ?? null, deps);
  if (opened !== null) return opened;
  if (found.record.sessionDigest !== null) throw new FaceError('step_up_finished');
  // Nobody was told the challenge: it went with what failed.
  const challenge = newSecret(deps);
  await changeRecord(id, (record) => reticket(record, challenge), deps, found);
  return openSession({ ticket: joinTicket(id, challenge), ...opening }, deps);
}
