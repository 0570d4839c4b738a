import type { HookCore, RawReply, RequestHead } from '../../src/connections/hook.js';
import type { Ports } from '../../src/core/deps.js';
import { backOffMs, inBackground, pause, withTimeout } from '../../src/core/resilience.js';
import { addSec } from '../../src/core/units.js';
import { FaceError, toCode } from '../../src/errors.js';
import { isRefusedByStatus } from './profile.js';
import { passEvents, toVerification, unfinishedEvents } from './reply.js';
import { parseEvents } from './schema.js';

/** Events that revoke the enrolment. A suspended user who returns must enrol again. */
export const revokingEvents = [
  'user.lifecycle.deactivate',
  'user.lifecycle.suspend',
  'user.lifecycle.delete.initiated',
] as const;

const isRevoking = (eventType: string): boolean => revokingEvents.some((revoking) => revoking === eventType);

export const ANSWER_TIMEOUT_MS = 2_000;

/** How long processed events are remembered, in seconds, because Okta may repeat an event. */
const doneKeptSec = 7 * 86_400;

/** Maximum of concurrent API calls, because an administrator may deactivate thousands of users at once. */
const lanes = 4;

const mostTries = 6;

export interface EventDeps extends Ports<'clock' | 'log'> {
  readonly connection: string;
  readonly core: Pick<HookCore, 'revoke' | 'state'>;
}

export type Revoke = (subject: string, uuid: string) => Promise<void>;

/**
 * Answers Okta's verification GET by returning its challenge. Okta documents no secret for this call.
 * @see https://developer.okta.com/docs/concepts/event-hooks/
 */
export function handleEventHookVerification(headers: RequestHead['headers']): RawReply {
  const challenge = headers['x-okta-verification-challenge'];
  if (challenge === undefined || !/^[\x21-\x7e]{1,1024}$/.test(challenge)) {
    throw new FaceError('request_malformed', { reason: 'no challenge' });
  }
  return toVerification(challenge);
}

/**
 * Answers an event hook call. If the revocations take too long, the reply asks Okta to call again while they continue.
 */
export async function handleEventHook(
  body: Uint8Array,
  { connection, log, revoke }: Pick<EventDeps, 'connection' | 'log'> & { readonly revoke: Revoke },
): Promise<RawReply> {
  const { events, unread } = parseEvents(body);
  if (unread > 0) log.warn('events not understood', { connection, count: unread });
  const revocations = events.filter(({ eventType, isDone }) => isDone && isRevoking(eventType));
  const work = revocations.flatMap(({ uuid, users }) => users.map((user) => revoke(user, uuid)));
  return (await settlesWithin(ANSWER_TIMEOUT_MS, work)) ? passEvents : unfinishedEvents;
}

/** Returns true if all work succeeded in time. Work that takes longer continues. */
function settlesWithin(timeoutMs: number, work: readonly Promise<void>[]): Promise<boolean> {
  const outcomes = Promise.allSettled(work).then((all) => all.every(({ status }) => status === 'fulfilled'));
  return withTimeout(outcomes, timeoutMs, () => false);
}

/** Creates the revocation. It is idempotent: a repeated event joins a running revocation and is ignored after it. */
export function createRevoke(deps: EventDeps): Revoke {
  const { connection, log } = deps;
  const running = new Map<string, Promise<void>>();
  const inLane = createLanes(lanes);
  const tryAll = async (subject: string, uuid: string): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await inLane(() => revokeOnce({ subject, uuid }, deps));
      } catch (error) {
        log.warn('enrolment not ended yet', { connection, subject, code: toCode(error) });
        if (failures === mostTries) throw error;
        await pause(backOffMs(inBackground, failures));
      }
    }
  };
  return (subject, uuid) => {
    const key = JSON.stringify([subject, uuid]);
    const known = running.get(key);
    if (known !== undefined) return known;
    const work = tryAll(subject, uuid)
      .catch((error: unknown) => {
        log.error('enrolment not ended', { connection, subject, code: toCode(error) });
        throw error;
      })
      .finally(() => running.delete(key));
    // Prevents an unhandled rejection if the hook call has already been answered.
    work.catch(() => {});
    running.set(key, work);
    return work;
  };
}

async function revokeOnce(
  { subject, uuid }: { readonly subject: string; readonly uuid: string },
  { connection, core, clock, log }: EventDeps,
): Promise<void> {
  const key = `ended:${connection}:${JSON.stringify([subject, uuid])}`;
  if ((await core.state.read(key)) !== null) return;
  try {
    await core.revoke(subject);
  } catch (error) {
    if (isRefusedByStatus(error)) {
      log.warn('the token is denied, and stays in the profile of a deactivated user', { connection, subject });
    } else if (toCode(error) !== 'subject_unknown') throw error;
  }
  const expiresAt = addSec(clock.now(), doneKeptSec);
  await core.state.write(key, true, { when: 'any', expiresAt, relaxedDurability: true });
}

function createLanes(count: number): (work: () => Promise<void>) => Promise<void> {
  const ends = Array.from({ length: count }, () => Promise.resolve());
  let next = 0;
  return (work) => {
    const lane = next++ % count;
    const done = (ends[lane] ?? Promise.resolve()).then(work);
    ends[lane] = done.catch(() => {});
    return done;
  };
}
