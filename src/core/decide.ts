import { z } from 'zod';
import { FaceError } from '../errors.js';
import type { Connection, HookFallback } from './connection.js';
import type { CoreDeps } from './deps.js';
import { takePassedStepUp } from './passed-step-up.js';
import { addSec, type EpochMs, epochSec, toEpochSec } from './units.js';

const decisionGuard = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('verified'),
    /** When the step-up passed. */
    at: z.number().transform(epochSec),
    stepUpId: z.string(),
    liveness: z.number().nullable(),
  }),
  z.object({ outcome: z.literal('unverified'), fallback: z.enum(['deny', 'omit_claim']) }),
]);

/** What the core answers to a hook event. */
export type HookDecision = z.infer<typeof decisionGuard>;

/** One call of a hook, as its adapter understood it. */
export interface HookEvent {
  readonly connection: Connection;
  readonly subject: string;
  /** The provider's own id of the event: the same id is the same event. */
  readonly eventId: string;
  readonly eventTime: EpochMs;
}

/** How far the provider's clock and ours may differ, transport included. */
const eventSkewSec = 300;

/** Longer than an event can stay within the skew, so that a replay finds either its answer or `event_out_of_time`. */
const answerKeptSec = 3 * eventSkewSec;

/**
 * Answers a hook from a finished step-up of the subject. A step-up is used up by the first event that finds it; the same
 * event asked again gets the same answer and uses nothing more.
 * @throws FaceError `event_out_of_time`
 */
export async function decideHook(event: HookEvent, deps: CoreDeps): Promise<HookDecision> {
  const { connection, subject, eventId, eventTime } = event;
  const now = deps.clock.now();
  if (Math.abs(now - eventTime) > eventSkewSec * 1000) throw new FaceError('event_out_of_time');
  try {
    const key = `event:${connection.id}:${JSON.stringify([subject, eventId])}`;
    const known = await readDecision(key, deps);
    if (known !== null) return known;
    const { freshnessSec } = connection.policy;
    const passed = await takePassedStepUp({ connection: connection.id, subject }, { eventId, freshnessSec }, deps);
    const decision: HookDecision =
      passed === null
        ? unverified(connection.policy.whenUnverified)
        : {
            outcome: 'verified',
            at: toEpochSec(passed.passedAt),
            stepUpId: passed.stepUpId,
            liveness: passed.liveness,
          };
    const isFirst = await deps.state.write(key, decision, { when: 'absent', expiresAt: addSec(now, answerKeptSec) });
    if (!isFirst) return (await readDecision(key, deps)) ?? decision;
    await deps.audit.append({ action: 'hook_decided', connection: connection.id, subject, detail: { ...decision } });
    return decision;
  } catch (error) {
    if (!(error instanceof FaceError && error.code === 'state_unavailable')) throw error;
    deps.log.error('hook answered without state', { connection: connection.id, code: error.code });
    return unverified(connection.policy.whenUnavailable);
  }
}

const unverified = (fallback: HookFallback): HookDecision => ({ outcome: 'unverified', fallback });

async function readDecision(key: string, { state }: CoreDeps): Promise<HookDecision | null> {
  const found = await state.read(key);
  return found === null ? null : decisionGuard.parse(found.value);
}
