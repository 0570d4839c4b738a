import { FaceError } from '../errors.js';
import type { Credential } from './concealed.js';
import { changeSession, type FoundSession, type OpenedSession, toSessionView } from './session.js';
import { newSecret, type SettleDeps } from './step-up.js';
import { changeRecord, checkStarted, isStored, toStoredDigest } from './step-up-record.js';
import { joinTicket, splitTicket } from './ticket.js';

/** Four digits, each as likely: for the eye to compare, not a secret. */
function drawCode({ random }: Pick<SettleDeps, 'random'>): string {
  const fair = 60_000;
  for (;;) {
    const drawn = Buffer.from(random(2)).readUInt16BE();
    if (drawn < fair) return String(drawn % 10_000).padStart(4, '0');
  }
}

/**
 * Makes a ticket for the camera of another device. A new one replaces the former, and what had opened that.
 * @throws FaceError `step_up_unknown`, `step_up_finished`
 */
export async function startHandOff(
  session: FoundSession,
  deps: SettleDeps,
): Promise<{ readonly ticket: Credential; readonly code: string }> {
  const { id } = session;
  const secret = newSecret(deps);
  const handOff = { ticketDigest: toStoredDigest(secret), sessionDigest: null, code: drawCode(deps) };
  const { connection, subject } = await changeSession(session, (found) => ({ ...found, handOff }), deps);
  await deps.audit.append({ action: 'handed_off', connection, subject, detail: { stepUpId: id } });
  return { ticket: joinTicket(id, secret), code: handOff.code };
}

/**
 * Exchanges the ticket of a hand-off for a session of the device that will lend its camera, once.
 * @throws FaceError `step_up_unknown`, `step_up_opened`, `step_up_finished`
 */
export async function openHandOff(ticket: Credential, deps: SettleDeps): Promise<OpenedSession> {
  const { id, secret } = splitTicket(ticket);
  const session = newSecret(deps);
  const opened = await changeRecord(
    id,
    (record) => {
      const { handOff } = record;
      if (handOff === null) throw new FaceError('step_up_unknown');
      if (handOff.ticketDigest === null) throw new FaceError('step_up_opened');
      if (!isStored(secret, handOff.ticketDigest)) throw new FaceError('step_up_unknown');
      checkStarted(record, deps.clock.now());
      return { ...record, handOff: { ...handOff, ticketDigest: null, sessionDigest: toStoredDigest(session) } };
    },
    deps,
  );
  return {
    session: joinTicket(id, session),
    view: toSessionView(id, opened, 'camera', deps),
  };
}
