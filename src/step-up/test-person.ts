import type { CoreDeps, Ports } from '../core/deps.js';
import type { Credential } from '../core/secrets.js';
import type { TestOutcome } from '../core/test-outcomes.js';
import { FaceError } from '../errors.js';
import { attempt, passStepUp } from './complete.js';
import { type StepUpRecord, testLockoutSec, testOutcomeIn } from './record.js';
import { changeSession, type FoundSession, viewSession } from './session.js';
import type { SessionView } from './session-view.js';
import { endAttempt, type StepUp } from './stored.js';
import { capture, newAttempt, releaseAttempt } from './transitions.js';

/** Ends the attempt of a test person. @throws `locked_out` */
export async function endTest(captured: StepUp, outcome: TestOutcome, deps: CoreDeps): Promise<StepUpRecord> {
  const { record, connection } = captured;
  if (outcome === 'lockout') throw new FaceError('locked_out', { retryAfterSec: testLockoutSec });
  if (outcome === 'expire') return { ...releaseAttempt(record), expiresAt: deps.clock.now() };
  if (outcome !== 'pass' || connection === null) return { ...record, state: 'failed' };
  const check = { at: deps.clock.now(), liveness: null, presence: null, enrolmentProof: null };
  const passed = { check: { ...check, methods: ['face' as const] }, accuracy: connection.policy.accuracy };
  return passStepUp(captured, passed, deps);
}

/**
 * Ends the check of a test person on the capture page.
 * @throws `step_up_unknown` for everyone else, `step_up_finished`, `locked_out`
 */
export async function finishTest(
  session: FoundSession,
  deps: CoreDeps & Ports<'connections'>,
): Promise<{ readonly view: SessionView; readonly receipt: Credential | null }> {
  const outcome = testOutcomeIn(session.record, session.connection);
  if (outcome === null) throw new FaceError('step_up_unknown');
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
