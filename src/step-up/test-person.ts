import type { CoreDeps, Ports } from '../core/deps.js';
import { FaceError } from '../errors.js';
import { attempt, endTest } from './complete.js';
import { testOutcomeIn } from './record.js';
import { changeSession, type FoundSession, viewSession } from './session.js';
import { endAttempt } from './stored.js';
import { capture, newAttempt } from './transitions.js';

/**
 * Ends the check of a test person on the capture page.
 * @throws `challenge_needed` for everyone else, `step_up_finished`, `locked_out`
 */
export async function finishTest(
  session: FoundSession,
  deps: CoreDeps & Ports<'connections'>,
): Promise<ReturnType<typeof viewSession>> {
  const outcome = testOutcomeIn(session.record, session.connection);
  if (outcome === null) throw new FaceError('challenge_needed');
  const by = newAttempt(deps);
  const captured = await changeSession(session, (record, now) => capture(record, by, now), deps);
  return attempt(
    captured,
    async () => {
      const record = await endTest(captured, outcome, deps);
      await endAttempt(captured, record, deps);
      return viewSession({ ...captured, record, role: session.role }, deps);
    },
    deps,
  );
}
