import { bindingOf } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { attemptsOf } from '../core/limits/attempts.js';
import { consumeLimit } from '../core/limits/limits.js';
import { countAttempt } from '../core/limits/lockout.js';
import { drawChoices } from '../core/number-choices.js';
import type { Credential } from '../core/secrets.js';
import { joinTicket, newSecret, splitTicket } from '../core/tickets.js';
import type { NamedBrowser } from '../core/user-agent.js';
import { FaceError, toCode } from '../errors.js';
import type { FlowPorts } from './flow.js';
import { endGlances } from './glance.js';
import { anonymousSourceOf, checkStarted, type StepUpRecord, subjectOf, toAskedBy } from './record.js';
import {
  changeSession,
  type FoundSession,
  findOpened,
  isOpenedUnder,
  type OpenedSession,
  type Opening,
} from './session.js';
import { isHandOffAllowed, type SessionView, toSessionView } from './session-view.js';
import { changeRecord, findStepUp, type StepUp } from './stored.js';
import { choose, handOff, openHandedOff } from './transitions.js';

/*
 * Hand-off to a phone's camera. An attacker who knows the password could send the link to the account's owner. The
 * phone's user must therefore choose the number that the screen which created the link shows.
 */

/**
 * Creates a ticket for another camera. The previous ticket and its session become invalid.
 * @returns the ticket, and the number, which only this session may see
 * @throws `step_up_unknown`, `step_up_finished`; `not_found` if hand-off is not allowed; `locked_out` after too many
 */
export async function startHandOff(
  { session, asking }: { readonly session: FoundSession; readonly asking: NamedBrowser },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
): Promise<{ readonly ticket: Credential; readonly code: string }> {
  if (!isHandOffAllowed(session)) throw new FaceError('not_found');
  checkStarted(session.record, deps.clock.now());
  await consumeLimit('handOffsOfStepUp', session.id, deps);
  const ticket = newSecret(deps);
  const { choices, code } = drawChoices(deps.random);
  const offered = { ticket, code, choices, asking };
  const { id, record } = await changeSession(session, (found, now) => handOff(found, offered, now), deps);
  await deps.audit.append({ action: 'handed_off', ...subjectOf(record), detail: { stepUpId: id } });
  return { ticket: joinTicket(id, ticket), code };
}

/**
 * Exchanges a hand-off ticket for a session, once.
 * @throws `step_up_unknown`, `step_up_opened`, `step_up_finished`
 */
export async function openHandOff(
  { ticket, key = null }: Opening,
  deps: Ports<'state' | 'clock' | 'random' | 'connections'> & FlowPorts,
): Promise<OpenedSession> {
  const { id, secret } = splitTicket(ticket);
  const session = key ?? newSecret(deps);
  const found = await findStepUp(id, deps);
  const opened = findOpened(found, key, deps);
  if (opened !== null) return opened;
  if (!isHandOffAllowed(found)) throw new FaceError('step_up_unknown');
  const now = deps.clock.now();
  const open = (latest: StepUpRecord) =>
    isOpenedUnder(latest, session) ? latest : openHandedOff(latest, { secret, session }, now);
  const record = await changeRecord(id, open, deps, found);
  return { session: joinTicket(id, session), view: toSessionView({ ...found, record }, 'unpaired', now) };
}

/**
 * Submits the number chosen on the phone: that of the desktop's page, or the one that the help desk reads out (`spoken`).
 * A wrong number ends the step-up and counts as a failed attempt.
 * @param chosen.number - `null` if the user sees none of the numbers
 * @throws `step_up_unknown`, also after a choice; `step_up_finished`
 */
export async function chooseNumber(
  { session, number }: { readonly session: FoundSession; readonly number: string | null },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<SessionView> {
  const stepUp = await changeSession(session, (found, now) => choose(found, number, now), deps);
  const { id, record } = stepUp;
  const isSpoken = session.record.spoken?.choice === 'open';
  const isPaired = (isSpoken ? record.spoken : record.handOff)?.choice === 'right';
  if (!isPaired) {
    const chosen = number === null ? 'none' : 'another';
    const detail = { stepUpId: id, chosen, ...toAskedBy(stepUp) } as const;
    await deps.audit.append({ action: 'hand_off_refused', ...subjectOf(record), detail });
    await countRefusal(stepUp, deps);
  }
  return toSessionView(stepUp, isPaired ? (isSpoken ? 'own' : 'camera') : 'unpaired', deps.clock.now());
}

/** Counts a wrong choice as a failed attempt, so that further links allow no additional guesses. */
async function countRefusal({ record, terms, connection }: StepUp, deps: Ports<'state' | 'clock'>): Promise<void> {
  await endGlances(record, deps);
  // At an enrolment by the help desk, anyone who reads the link could choose. The limit of the help desk applies.
  if (connection === null || (record.spoken !== null && record.purpose === 'enrol')) return;
  const whose = attemptsOf(bindingOf(connection, record.subject), anonymousSourceOf(record), terms.countsAs);
  await countAttempt(whose, async () => ({ succeeded: false, result: null }), deps).catch((error: unknown) => {
    // If the user is locked out already, the step-up has ended anyway.
    if (toCode(error) !== 'locked_out') throw error;
  });
}
