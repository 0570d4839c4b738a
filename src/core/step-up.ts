import { z } from 'zod';
import { FaceError, toCode } from '../errors.js';
import { Credential, type Photo, type SealedToken, type UserSecret } from './concealed.js';
import { bindingOf, type Connection } from './connection.js';
import type { CoreDeps } from './deps.js';
import { digestOf, hasDigest } from './digest.js';
import { replaceToken } from './enrol.js';
import { recordPassedStepUp } from './passed-step-up.js';
import { addSec, type EpochMs, epochMsGuard } from './units.js';
import { verifyToken } from './verify.js';

/** `started → captured → passed | failed | expired` */
export type StepUpState = 'started' | 'captured' | 'passed' | 'failed' | 'expired';

/** What may be told of a step-up. */
export interface StepUpView {
  readonly id: string;
  readonly connection: string;
  readonly subject: string;
  readonly state: StepUpState;
  readonly expiresAt: EpochMs;
}

const recordGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  state: z.enum(['started', 'captured', 'passed', 'failed']),
  challengeDigest: z.string(),
  expiresAt: epochMsGuard,
});
type StepUpRecord = z.infer<typeof recordGuard>;

/** A step-up that has ended stays readable for this long, so that its caller can learn how. */
const keptAfterEndSec = 3600;

const stepUpKey = (id: string): string => `step-up:${id}`;

/**
 * Opens a step-up for a subject. Nothing is looked up: one for an unknown or unenrolled subject looks the same.
 * @returns the id, public, and the challenge, which only the person in front of the camera may get
 */
export async function startStepUp(
  { connection, subject }: { connection: Connection; subject: string },
  deps: CoreDeps,
): Promise<{ id: string; challenge: Credential; expiresAt: EpochMs }> {
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const challenge = new Credential(Buffer.from(deps.random(32)).toString('base64url'));
  const expiresAt = addSec(deps.clock.now(), connection.policy.stepUpTimeoutSec);
  const record: StepUpRecord = {
    connection: connection.id,
    subject,
    state: 'started',
    challengeDigest: challenge.use(digestOf).toString('base64url'),
    expiresAt,
  };
  await writeRecord(id, record, 'absent', deps);
  await deps.audit.append({ action: 'step_up_started', connection: connection.id, subject, detail: { stepUpId: id } });
  return { id, challenge, expiresAt };
}

/**
 * Takes the photos of a step-up and settles it. Pictures that cannot be used leave it open for better ones; a decision
 * closes it.
 * @throws FaceError `step_up_unknown` (also for a wrong challenge), `step_up_finished`, `locked_out`, `liveness_low`,
 *   `profile_unavailable`, and the codes of `Verifier` for pictures
 */
export async function submitPhotos(
  request: {
    readonly id: string;
    readonly challenge: Credential;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
  },
  deps: CoreDeps & { readonly connections: ReadonlyMap<string, Connection> },
): Promise<StepUpView> {
  const { id, challenge, photos, secret } = request;
  try {
    const { record, revision } = await readRecord(id, deps);
    const expectedDigest = Buffer.from(record.challengeDigest, 'base64url');
    if (!challenge.use((text) => hasDigest(text, expectedDigest))) throw new FaceError('step_up_unknown');
    if (stateAt(record, deps.clock.now()) !== 'started') throw new FaceError('step_up_finished');
    const connection = deps.connections.get(record.connection);
    if (connection === undefined) throw new FaceError('connection_unknown');

    const captured = { ...record, state: 'captured' } as const;
    if (!(await writeRecord(id, captured, { revision }, deps))) throw new FaceError('step_up_finished');
    const matched = await checkFace({ id, connection, subject: record.subject, photos, secret }, deps).catch(
      async (error: unknown) => {
        await writeRecord(id, record, 'any', deps);
        throw error;
      },
    );
    const settled = { ...record, state: matched ? 'passed' : 'failed' } as const;
    await writeRecord(id, settled, 'any', deps);
    return toView(id, settled, deps.clock.now());
  } finally {
    for (const photo of photos) photo.wipe();
  }
}

/**
 * How a step-up stands.
 * @throws FaceError `step_up_unknown`
 */
export async function readStepUp(id: string, deps: Pick<CoreDeps, 'state' | 'clock'>): Promise<StepUpView> {
  const { record } = await readRecord(id, deps);
  return toView(id, record, deps.clock.now());
}

async function checkFace(
  request: {
    readonly id: string;
    readonly connection: Connection;
    readonly subject: string;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
  },
  deps: CoreDeps,
): Promise<boolean> {
  const { id, connection, subject, photos, secret } = request;
  const { requireLiveness, freshnessSec } = connection.policy;
  const token = await readTokenIfAny(connection, subject);
  const verdict = await verifyToken(
    { photos, token, binding: bindingOf(connection, subject), secret, requireLiveness, allowRenewal: true },
    deps,
  );
  if (!verdict.matched) return false;
  if (verdict.renewed !== null) {
    await renewToken({ connection, subject, former: token, token: verdict.renewed.token }, deps);
  }
  await recordPassedStepUp(
    { connection: connection.id, subject },
    { stepUpId: id, passedAt: deps.clock.now(), liveness: verdict.liveness },
    { freshnessSec },
    deps,
  );
  return true;
}

/** A renewal that cannot be stored waits for the next check: the old token still opens. */
async function renewToken(change: Parameters<typeof replaceToken>[0], deps: CoreDeps): Promise<void> {
  try {
    await replaceToken(change, deps);
  } catch (error) {
    deps.log.warn('renewed token not stored', { connection: change.connection.id, code: toCode(error) });
  }
}

/** To the person in front of the camera an unknown user, an unenrolled one and a wrong face are one thing. */
async function readTokenIfAny(connection: Connection, subject: string): Promise<SealedToken | null> {
  try {
    return await connection.profile.readToken(subject);
  } catch (error) {
    if (error instanceof FaceError && error.code === 'subject_unknown') return null;
    throw error;
  }
}

async function readRecord(
  id: string,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<{ record: StepUpRecord; revision: number }> {
  const found = await state.read(stepUpKey(id));
  if (found === null) throw new FaceError('step_up_unknown');
  return { record: recordGuard.parse(found.value), revision: found.revision };
}

async function writeRecord(
  id: string,
  record: StepUpRecord,
  when: 'absent' | 'any' | { revision: number },
  { state }: Pick<CoreDeps, 'state'>,
): Promise<boolean> {
  return state.write(stepUpKey(id), record, { when, expiresAt: addSec(record.expiresAt, keptAfterEndSec) });
}

const stateAt = ({ state, expiresAt }: StepUpRecord, now: EpochMs): StepUpState =>
  (state === 'started' || state === 'captured') && expiresAt <= now ? 'expired' : state;

const toView = (id: string, record: StepUpRecord, now: EpochMs): StepUpView => ({
  id,
  connection: record.connection,
  subject: record.subject,
  state: stateAt(record, now),
  expiresAt: record.expiresAt,
});
