import {
  type ApprovalClaims,
  checkApproval,
  checkClaims,
  clockToleranceSec,
  type ReceiptClaims,
  ReceiptError,
  receiptLifeSec,
  receiptType,
} from '../../client/receipt-claims.js';
import { FaceError, toCode } from '../errors.js';
import type { NamedAction } from './action.js';
import { Credential } from './concealed.js';
import type { Policy } from './connection.js';
import { inTime } from './deadline.js';
import type { CoreDeps } from './deps.js';
import { isForgotten } from './forgotten.js';
import type { Accuracy, AuthenticationMethod, Liveness } from './ports.js';
import { addSec, type EpochMs, type EpochSec, epochSec, toEpochMs, toEpochSec } from './units.js';
import { nowOrLater } from './until-done.js';

export { clockToleranceSec, receiptLifeSec };

/** Who a receipt is for. */
export interface ReceiptRequest {
  readonly audience: string;
  /** Chosen by whoever will check the receipt, and found in it again; `null` for none. */
  readonly nonce: string | null;
}

/** A finished step-up, as a receipt states it. */
export interface PassedCheck {
  /** Whose profile the token is in: a connection's id, or `api:<tenant>` where a client of the API keeps it. */
  readonly connection: string;
  readonly subject: string;
  readonly stepUpId: string;
  readonly passedAt: EpochMs;
  readonly accuracy: Accuracy;
  readonly liveness: Liveness | null;
  readonly presence: string | null;
  /** Without `face` the receipt says that none was checked. */
  readonly methods: readonly AuthenticationMethod[];
  /** What was approved by it, where that was asked for. */
  readonly action?: NamedAction | null;
}

/** What a receipt said that was taken. */
export interface RedeemedReceipt {
  readonly stepUpId: string;
  /** When the step-up passed. */
  readonly at: EpochSec;
  readonly liveness: Liveness | null;
}

/** Who receipts for a connection's own hooks are for. */
export const audienceOf = (issuer: string, connection: { readonly id: string }): string =>
  `${issuer}/hooks/${connection.id}`;

/**
 * Signs that a step-up passed: who, when, at which level, with which liveness. The claims are those of OpenID Connect
 * where it has one; `acr` says `face`, or `another_way` where none was checked, and `amr` what took part (RFC 8176).
 */
export async function issueReceipt(
  { audience, nonce }: ReceiptRequest,
  { connection, subject, stepUpId, passedAt, accuracy, liveness, presence, methods, action = null }: PassedCheck,
  { signer, issuer, audit, clock, random }: CoreDeps,
): Promise<Credential> {
  const issuedAt = toEpochSec(clock.now());
  const id = Buffer.from(random(16)).toString('base64url');
  const checked = methods.includes('face')
    ? ({ acr: 'face', accuracy, liveness, presence } as const)
    : ({ acr: 'another_way', accuracy: null, liveness: null, presence: null } as const);
  const receipt = await signer.sign(receiptType, {
    iss: issuer,
    aud: audience,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + receiptLifeSec,
    jti: id,
    ...(nonce === null ? {} : { nonce }),
    connection,
    txn: stepUpId,
    auth_time: toEpochSec(passedAt),
    amr: [...methods],
    ...checked,
    ...(action === null ? {} : { action: action.words, action_digest: action.digest }),
  } satisfies ReceiptClaims);
  await audit.append({ action: 'receipt_issued', connection, subject, detail: { receiptId: id, stepUpId, audience } });
  return new Credential(receipt);
}

/**
 * Whose word on a face counts for a connection: its own profiles', and that of the API's clients that serve it, which are
 * those of the standard tenant and of the tenant of its name. Any other client may have asked for a receipt for it, too.
 */
const sourcesFor = (connection: string): readonly string[] => [connection, 'api:default', `api:${connection}`];

/**
 * Takes a receipt for one event, once. The event that has it may ask again.
 * @param expected.by - the provider's own id of the event
 * @param expected.needsFace - whether a pass by another way is refused
 * @throws FaceError `receipt_invalid`: not ours, expired, for another audience or person, of a
 *   client that does not serve the connection, of another way than is taken, or used by another event
 */
export async function redeemReceipt(
  receipt: string,
  expected: {
    readonly audience: string;
    readonly subject: string;
    readonly connection: string;
    readonly by: string;
    readonly needsFace: boolean;
  },
  { signer, issuer, state, audit, clock, log }: CoreDeps,
): Promise<RedeemedReceipt> {
  const { audience, subject, connection, by, needsFace } = expected;
  const signed = await signer.verify(receiptType, receipt);
  const wanted = { issuer, audience, nowSec: clock.now() / 1000, expected: { subject } };
  const claims = inOurWords(() => checkClaims(signed, wanted));
  const wrong = {
    another_way: needsFace && claims.acr !== 'face',
    source: !sourcesFor(connection).includes(claims.connection),
  };
  const [reason] = Object.entries(wrong).flatMap(([name, isWrong]) => (isWrong ? [name] : []));
  if (reason !== undefined) throw new FaceError('receipt_invalid', { reason });
  await takeOnce(claims, { connection, subject, by }, { state, audit, clock, log });
  return { stepUpId: claims.txn, at: epochSec(claims.auth_time), liveness: claims.liveness };
}

/**
 * Takes a receipt that approves an action, once. Who has it may ask again.
 * @param expected.by - what it is taken for
 * @throws FaceError `receipt_invalid`: not ours, expired, for another audience or person, used for something else, or it
 *   approves nothing
 */
export async function redeemApproval(
  receipt: string,
  expected: {
    readonly audience: string;
    readonly subject: string;
    readonly connection: string;
    toUse(claims: ApprovalClaims): string;
  },
  deps: CoreDeps,
): Promise<ApprovalClaims> {
  const { audience, subject, connection, toUse } = expected;
  const { signer, issuer, clock } = deps;
  const signed = await signer.verify(receiptType, receipt);
  const wanted = { issuer, audience, nowSec: clock.now() / 1000, expected: { subject, connection } };
  const claims = inOurWords(() => checkApproval(signed, wanted));
  await takeOnce(claims, { connection, subject, by: toUse(claims) }, deps);
  return claims;
}

/** Whoever brings it first, for what they bring it for, has it: again, too. */
async function takeOnce(
  { jti, iat, exp, txn: stepUpId }: ReceiptClaims,
  { connection, subject, by }: { readonly connection: string; readonly subject: string; readonly by: string },
  { state, audit, clock, log }: Pick<CoreDeps, 'state' | 'audit' | 'clock' | 'log'>,
): Promise<void> {
  const expiresAt = toEpochMs(epochSec(exp));
  // Its own clocks set the end: none of the leeway that others need.
  if (expiresAt <= clock.now()) throw new FaceError('receipt_invalid', { reason: 'expired' });
  if (await isForgotten(epochSec(iat), { state })) throw new FaceError('receipt_invalid', { reason: 'forgotten' });

  const key = `receipt:${jti}`;
  const recordUse = (): Promise<void> =>
    audit.append({ action: 'receipt_redeemed', connection, subject, detail: { receiptId: jti, stepUpId } });
  const onUnrecorded = (error: unknown): void =>
    log.warn('the use of a receipt not recorded yet', { code: toCode(error) });
  const used = { when: 'absent', expiresAt: addSec(expiresAt, clockToleranceSec) } as const;
  const isHadByIt = async (): Promise<boolean> => (await state.read(key))?.value === by;
  const isFirst = await nowOrLater(
    () => state.write(key, by, used),
    onUnrecorded,
    async () => {
      // It may have arrived: then whoever brings it again has it, and that is to be on record.
      if (await isHadByIt()) await recordUse();
    },
  );
  if (!isFirst && !(await isHadByIt())) throw new FaceError('receipt_invalid', { reason: 'used' });
  if (isFirst) await nowOrLater(recordUse, onUnrecorded);
}

function inOurWords<Claims>(check: () => Claims): Claims {
  try {
    return check();
  } catch (error) {
    if (error instanceof ReceiptError) throw new FaceError('receipt_invalid', { reason: error.code });
    throw error;
  }
}

/**
 * Takes a receipt for an event of a connection's own hook, as `redeemReceipt`, within what the provider's patience leaves.
 * @param event.budgetMs - in milliseconds
 * @throws FaceError `receipt_invalid`, and `state_unavailable` also where it takes too long
 */
export function redeemForHook(
  receipt: string,
  event: {
    readonly connection: { readonly id: string; readonly policy: Pick<Policy, 'anotherWay'> };
    readonly subject: string;
    readonly by: string;
    readonly budgetMs: number;
  },
  deps: CoreDeps,
): Promise<RedeemedReceipt> {
  const { connection, subject, by, budgetMs } = event;
  const needsFace = !connection.policy.anotherWay.counts;
  const expected = { audience: audienceOf(deps.issuer, connection), subject, connection: connection.id, by, needsFace };
  return inTime(redeemReceipt(receipt, expected, deps), budgetMs, () => {
    throw new FaceError('state_unavailable', { reason: 'late' });
  });
}
