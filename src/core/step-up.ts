import { z } from 'zod';
import { FaceError } from '../errors.js';
import { checkFace, type KeptToken } from './check-face.js';
import { Credential, type Photo, SealedToken, type UserSecret } from './concealed.js';
import { type Connection, subjectOfIdentifier } from './connection.js';
import type { CoreDeps } from './deps.js';
import { digestOf, hasDigest } from './digest.js';
import { recordPassedStepUp } from './passed-step-up.js';
import type { Accuracy } from './ports.js';
import { issueReceipt, type ReceiptRequest, receiptLifeSec } from './receipt.js';
import { addSec, type EpochMs, epochMsGuard } from './units.js';

/** `started → captured → passed | failed | expired` */
export type StepUpState = 'started' | 'captured' | 'passed' | 'failed' | 'expired';

/** What may be told of a step-up. */
export interface StepUpView {
  readonly id: string;
  readonly connection: string;
  readonly subject: string;
  readonly state: StepUpState;
  readonly expiresAt: EpochMs;
  /** Of a passed step-up that was started for one, while it is good. */
  readonly receipt: Credential | null;
}

/** What a step-up is about. */
export type StepUpRequested =
  | {
      readonly connection: Connection;
      readonly subject: string;
      /** `null` takes the token in the subject's profile. */
      readonly kept: KeptToken | null;
      /** `null` notes a pass for the connection's hooks. */
      readonly receipt: ReceiptRequest | null;
    }
  | {
      readonly connection: null;
      readonly subject: string;
      readonly kept: KeptToken;
      readonly receipt: ReceiptRequest;
    };

const levelGuard = z.literal([1, 2, 3, 4, 5, 6, 7, 8]) satisfies z.ZodType<Accuracy>;

const recordGuard = z.object({
  /** A connection's id; for a kept token without one, its tenant. */
  connection: z.string(),
  subject: z.string(),
  /** The kept token, until the step-up ends. */
  kept: z
    .object({
      token: z.string(),
      binding: z.object({
        tenant: z.string(),
        idp: z.string(),
        subject: z.string(),
        scope: z.string(),
        accuracy: levelGuard,
      }),
    })
    .nullable(),
  receiptFor: z.object({ audience: z.string(), nonce: z.string().nullable() }).nullable(),
  receipt: z.object({ text: z.string(), expiresAt: epochMsGuard }).nullable(),
  state: z.enum(['started', 'captured', 'passed', 'failed']),
  challengeDigest: z.string(),
  expiresAt: epochMsGuard,
});
type StepUpRecord = z.infer<typeof recordGuard>;

/** A step-up that has ended stays readable for this long, so that its caller can learn how. */
const keptAfterEndSec = 3600;

const stepUpKey = (id: string): string => `step-up:${id}`;

/** How long a step-up without a connection waits for its photos, in seconds. */
const defaultTimeoutSec = 600;

/**
 * Opens a step-up for a subject. Nothing is looked up: one for an unknown or unenrolled subject looks the same.
 * @returns the id, public, and the challenge, which only the person in front of the camera may get
 */
export async function startStepUp(
  { connection, subject, kept, receipt }: StepUpRequested,
  deps: CoreDeps,
): Promise<{ id: string; challenge: Credential; expiresAt: EpochMs }> {
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const challenge = new Credential(Buffer.from(deps.random(32)).toString('base64url'));
  const expiresAt = addSec(deps.clock.now(), connection?.policy.stepUpTimeoutSec ?? defaultTimeoutSec);
  const record: StepUpRecord = {
    connection: connection === null ? kept.binding.tenant : connection.id,
    subject,
    kept: kept === null ? null : { token: kept.token.use((text) => text), binding: kept.binding },
    receiptFor: receipt,
    receipt: null,
    state: 'started',
    challengeDigest: challenge.use(digestOf).toString('base64url'),
    expiresAt,
  };
  await writeRecord(id, record, 'absent', deps);
  const detail = { stepUpId: id };
  await deps.audit.append({ action: 'step_up_started', connection: record.connection, subject, detail });
  return { id, challenge, expiresAt };
}

/**
 * Opens the step-up that a provider's side asked for and signed. Each request opens one.
 * @throws FaceError `caller_untrusted`: not signed by it, or expired; `step_up_finished`: used already
 */
export async function startRequestedStepUp(
  { connection, request }: { connection: Connection; request: string },
  deps: CoreDeps,
): Promise<{ id: string; challenge: Credential; expiresAt: EpochMs }> {
  if (connection.openStepUpRequest === null) throw new FaceError('caller_untrusted');
  const { subject, audience, nonce, expiresAt } = await connection.openStepUpRequest(request);
  if (expiresAt <= deps.clock.now()) throw new FaceError('caller_untrusted', { request: 'expired' });
  const key = `step-up-request:${connection.id}:${nonce}`;
  if (!(await deps.state.write(key, true, { when: 'absent', expiresAt }))) throw new FaceError('step_up_finished');
  return startStepUp({ connection, subject, kept: null, receipt: { audience, nonce } }, deps);
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

    const captured = { ...record, state: 'captured' } as const;
    if (!(await writeRecord(id, captured, { revision }, deps))) throw new FaceError('step_up_finished');
    const settled = await settle({ id, record, photos, secret }, deps).catch(async (error: unknown) => {
      await writeRecord(id, record, 'any', deps);
      throw error;
    });
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

const toKeptToken = (kept: StepUpRecord['kept']): KeptToken | null =>
  kept === null ? null : { token: new SealedToken(kept.token), binding: kept.binding };

type SettleDeps = Parameters<typeof submitPhotos>[1];

/** Checks the face, and puts a pass where it was asked for: into a receipt, or before the connection's hooks. */
async function settle(
  attempt: {
    readonly id: string;
    readonly record: StepUpRecord;
    readonly photos: readonly Photo[];
    readonly secret: UserSecret | null;
  },
  deps: SettleDeps,
): Promise<StepUpRecord> {
  const { id, record, photos, secret } = attempt;
  const { connection, subject, kept, receiptFor } = record;
  const found = deps.connections.get(connection);
  const { verdict, accuracy } = await checkFace(
    { connection: found, subject, kept: toKeptToken(kept), photos, secret },
    deps,
  );
  const ended = { ...record, kept: null };
  if (!verdict.matched) return { ...ended, state: 'failed' };
  const passedAt = deps.clock.now();
  const { liveness } = verdict;
  if (receiptFor !== null) {
    // Tells a token that somebody keeps from the one in the profile: its keeper alone says whose face that is.
    const source = kept === null ? connection : `${kept.binding.idp}:${kept.binding.tenant}`;
    const check = { connection: source, subject, stepUpId: id, passedAt, accuracy, liveness };
    const receipt = await issueReceipt(receiptFor, check, deps);
    const expiresAt = addSec(passedAt, receiptLifeSec);
    return { ...ended, state: 'passed', receipt: { text: receipt.use((text) => text), expiresAt } };
  }
  if (found === undefined) throw new FaceError('connection_unknown');
  const who = { connection, subject: kept === null ? subject : subjectOfIdentifier(subject) };
  await recordPassedStepUp(who, { stepUpId: id, passedAt, liveness }, found.policy, deps);
  return { ...ended, state: 'passed' };
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
  // One that nobody ended goes with the token in it.
  const expiresAt = record.kept === null ? addSec(record.expiresAt, keptAfterEndSec) : record.expiresAt;
  return state.write(stepUpKey(id), record, { when, expiresAt });
}

const stateAt = ({ state, expiresAt }: StepUpRecord, now: EpochMs): StepUpState =>
  (state === 'started' || state === 'captured') && expiresAt <= now ? 'expired' : state;

const toView = (id: string, record: StepUpRecord, now: EpochMs): StepUpView => ({
  id,
  receipt: record.receipt === null || record.receipt.expiresAt <= now ? null : new Credential(record.receipt.text),
  connection: record.connection,
  subject: record.subject,
  state: stateAt(record, now),
  expiresAt: record.expiresAt,
});
