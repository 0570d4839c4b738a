import { FaceError, toCode } from '../../errors.js';
import type { Credential } from '../concealed.js';
import { bindingOf } from '../connection.js';
import { digestOf, hasDigest } from '../digest.js';
import { attemptsOf } from '../limits/attempts.js';
import { countAttempt } from '../limits/lockout.js';
import type { Random } from '../ports.js';
import { drawBelow } from './draw.js';
import { changeSession, type FoundSession, type OpenedSession } from './session.js';
import { isHandOffAllowed, type SessionView, toSessionView } from './session-view.js';
import { newSecret, type SettleDeps } from './step-up.js';
import {
  type AskingBrowser,
  changeRecord,
  checkStarted,
  isStored,
  outsiderOf,
  type StepUpRecord,
  toStoredDigest,
} from './step-up-record.js';
import { joinTicket, splitTicket } from './ticket.js';

/*
 * A browser that has no camera lets a phone lend one. Whoever knows a password could send that link to its owner, so the
 * person at the phone has to choose the number that the other screen shows: who only got a link does not see that screen.
 */

/** Numbers to choose among. */
const choicesOffered = 3;

/** Two digits, none the same: three with a chance of one in three for whoever guesses, once. */
function drawChoices(random: Random): string[] {
  const drawn = new Set<string>();
  while (drawn.size < choicesOffered) drawn.add(String(10 + drawBelow(90, random)));
  return [...drawn];
}

/**
 * Makes a ticket for the camera of another device. A new one replaces the former, and what had opened that.
 * @param start.asking - what is told to the person at the other device
 * @returns the ticket, and the number that only the screen of this session may show
 * @throws FaceError `step_up_unknown`, `step_up_finished`, `not_found`: the connection has no hand-off
 */
export async function startHandOff(
  { session, asking }: { readonly session: FoundSession; readonly asking: AskingBrowser },
  deps: SettleDeps,
): Promise<{ readonly ticket: Credential; readonly code: string }> {
  const { id, record } = session;
  if (!isHandOffAllowed(record, deps)) throw new FaceError('not_found');
  const secret = newSecret(deps);
  const choices = drawChoices(deps.random);
  const code = choices[drawBelow(choices.length, deps.random)] ?? '';
  const handOff = {
    ...{ ticketDigest: toStoredDigest(secret), sessionDigest: null, code, choices, asking },
    choice: 'open',
  } as const;
  const { connection, subject } = await changeSession(session, (found) => ({ ...found, handOff }), deps);
  await deps.audit.append({ action: 'handed_off', connection, subject, detail: { stepUpId: id } });
  return { ticket: joinTicket(id, secret), code };
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
      if (handOff === null || !isHandOffAllowed(record, deps)) throw new FaceError('step_up_unknown');
      if (handOff.ticketDigest === null) throw new FaceError('step_up_opened');
      if (!isStored(secret, handOff.ticketDigest)) throw new FaceError('step_up_unknown');
      checkStarted(record, deps.clock.now());
      return { ...record, handOff: { ...handOff, ticketDigest: null, sessionDigest: toStoredDigest(session) } };
    },
    deps,
  );
  return {
    session: joinTicket(id, session),
    view: toSessionView(id, opened, 'unpaired', deps),
  };
}

/**
 * Takes the number that the person at the phone says the other screen shows, once: the right one lets the phone lend its
 * camera, any other ends the step-up and counts as a failed attempt.
 * @param chosen.number - `null`: none of those offered
 * @throws FaceError `step_up_unknown` (also once one was chosen), `step_up_finished`
 */
export async function chooseNumber(
  { session, number }: { readonly session: FoundSession; readonly number: string | null },
  deps: SettleDeps,
): Promise<SessionView> {
  const { id } = session;
  const record = await changeSession(session, (found) => afterChoice(found, number), deps);
  const isPaired = record.handOff?.choice === 'right';
  if (!isPaired) {
    const { connection, subject } = record;
    const chosen = number === null ? 'none' : 'another';
    await deps.audit.append({ action: 'hand_off_refused', connection, subject, detail: { stepUpId: id, chosen } });
    await countRefusal(record, deps);
  }
  return toSessionView(id, record, isPaired ? 'camera' : 'unpaired', deps);
}

/** As a wrong face is: whoever sends one link after the other has no more guesses than faces. */
async function countRefusal(record: StepUpRecord, deps: SettleDeps): Promise<void> {
  const connection = deps.connections.get(record.connection);
  if (connection === undefined) return;
  const whose = attemptsOf(bindingOf(connection, record.subject), outsiderOf(record));
  await countAttempt(whose, async () => ({ succeeded: false, result: null }), deps).catch((error: unknown) => {
    // Locked out already: the step-up has ended all the same.
    if (toCode(error) !== 'locked_out') throw error;
  });
}

function afterChoice(record: StepUpRecord, number: string | null): StepUpRecord {
  const { handOff } = record;
  if (handOff === null) throw new FaceError('step_up_unknown');
  const isRight = number !== null && hasDigest(number, digestOf(handOff.code));
  if (isRight) return { ...record, handOff: { ...handOff, choice: 'right', asking: null } };
  return { ...record, handOff: { ...handOff, choice: 'wrong' }, state: 'failed', kept: null, movement: null };
}
