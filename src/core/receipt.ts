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
import { mayHaveBeenLost } from './change-stored.js';
import type { Policy } from './connection.js';
import type { Ports } from './deps.js';
import type { EnrolmentDocument, EnrolmentProof } from './enrolment-proof.js';
import type { Accuracy, AuthenticationMethod, Liveness } from './ports.js';
import { retryInBackground, withTimeout } from './resilience.js';
import { isEnough } from './rules/factors.js';
import { Credential } from './secrets.js';
import { testIssuerOf } from './test-outcomes.js';
import { addSec, type EpochMs, type EpochSec, epochSec, toEpochMs, toEpochSec } from './units.js';

type Needed = Ports<'state' | 'clock' | 'audit' | 'log' | 'signer' | 'issuer'>;

export { clockToleranceSec, receiptLifeSec };

export interface ReceiptRequest {
  readonly audience: string;
  /** Nonce that the verifier of the receipt has chosen, or `null`. The receipt repeats it. */
  readonly nonce: string | null;
}

export interface PassedCheck {
  /** `api:<tenant>` if an API client stores the token. */
  readonly connection: string;
  readonly subject: string;
  readonly stepUpId: string;
  readonly passedAt: EpochMs;
  readonly accuracy: Accuracy;
  readonly liveness: Liveness | null;
  readonly presence: string | null;
  /** Factors used. Without `face`, no face was checked. */
  readonly methods: readonly AuthenticationMethod[];
  /** Proof of the face's enrolment. `null` if it is unknown. */
  readonly enrolmentProof?: EnrolmentProof | null;
  readonly enrolmentDocument?: EnrolmentDocument | null;
  readonly action?: NamedAction | null;
  /** True if a client of the developers' sandbox started the check. */
  readonly isSandbox?: boolean;
  /** True for a test person. */
  readonly isTest?: boolean;
}

export interface RedeemedReceipt {
  readonly stepUpId: string;
  readonly at: EpochSec;
  readonly liveness: Liveness | null;
}

export const audienceOf = (issuer: string, connection: { readonly id: string }): string =>
  `${issuer}/hooks/${connection.id}`;

/**
 * Issues a signed receipt of a passed check. `acr` is `face`, or `another_way` if no face was checked. `amr` lists the
 * factors (RFC 8176).
 */
export async function issueReceipt(
  { audience, nonce }: ReceiptRequest,
  passed: PassedCheck,
  { signer, issuer, audit, clock, random }: Ports<'clock' | 'random' | 'audit' | 'signer' | 'issuer'>,
): Promise<Credential> {
  const { connection, subject, stepUpId, passedAt, accuracy, liveness, presence, methods } = passed;
  const { enrolmentProof = null, enrolmentDocument, action = null } = passed;
  const issuedAt = toEpochSec(clock.now());
  const id = Buffer.from(random(16)).toString('base64url');
  const checked = methods.includes('face')
    ? ({
        acr: 'face',
        accuracy,
        liveness,
        presence,
        enrolment_proof: enrolmentProof,
        enrolment_document: enrolmentDocument ?? undefined,
      } as const)
    : ({ acr: 'another_way', accuracy: null, liveness: null, presence: null } as const);
  const approved = { action: action?.words, action_digest: action?.digest };
  const receipt = await signer.sign(receiptType, {
    iss: passed.isTest ? testIssuerOf(issuer) : issuer,
    aud: audience,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + receiptLifeSec,
    jti: id,
    nonce: nonce ?? undefined,
    connection,
    txn: stepUpId,
    auth_time: toEpochSec(passedAt),
    amr: [...methods],
    ...checked,
    sandbox: passed.isSandbox || undefined,
    test: passed.isTest || undefined,
    ...approved,
  } satisfies ReceiptClaims);
  await audit.append({ action: 'receipt_issued', connection, subject, detail: { receiptId: id, stepUpId, audience } });
  return new Credential(receipt);
}

/**
 * Returns the issuers whose receipts a connection accepts: the connection, the API clients of the standard tenant, and
 * those of the tenant with the connection's name. Any other tenant could request a receipt with this connection's
 * audience. The sandbox is trusted only by its own connection.
 */
const sourcesFor = (connection: string, isSandbox: boolean): readonly string[] =>
  isSandbox ? [connection, `api:${connection}`] : [connection, 'api:default', `api:${connection}`];

interface ExpectedReceipt {
  readonly audience: string;
  readonly subject: string;
  readonly connection: string;
}

/**
 * Redeems a receipt for one event. The same event may redeem it again.
 * @param expected.takesCodes - true if a code may have taken the place of the face
 * @throws `receipt_invalid`
 */
export async function redeemReceipt(
  receipt: string,
  expected: ExpectedReceipt & { readonly by: string; readonly takesCodes: boolean },
  { signer, issuer, state, audit, clock, log }: Needed,
): Promise<RedeemedReceipt> {
  const { audience, subject, connection, by, takesCodes } = expected;
  const signed = await signer.verify(receiptType, receipt);
  const wanted = { issuer, audience, nowSec: clock.now() / 1000, expected: { subject, acceptSandbox: true } };
  const claims = withOwnErrors(() => checkClaims(signed, wanted));
  const wrong = {
    another_way: !isEnough(claims.amr, { outcome: 'face', takesCodes }),
    source: !sourcesFor(connection, claims.sandbox ?? false).includes(claims.connection),
  };
  const [reason] = Object.entries(wrong).flatMap(([name, isWrong]) => (isWrong ? [name] : []));
  if (reason !== undefined) throw new FaceError('receipt_invalid', { reason });
  await takeOnce(claims, { connection, subject, by }, { state, audit, clock, log });
  return { stepUpId: claims.txn, at: epochSec(claims.auth_time), liveness: claims.liveness };
}

/** Redeems an approval for one use, which may be repeated. @throws `receipt_invalid` */
export async function redeemApproval(
  receipt: string,
  expected: ExpectedReceipt & { toUse(claims: ApprovalClaims): string },
  deps: Needed,
): Promise<ApprovalClaims> {
  const { audience, subject, connection, toUse } = expected;
  const { signer, issuer, clock } = deps;
  const signed = await signer.verify(receiptType, receipt);
  const wanted = {
    issuer,
    audience,
    nowSec: clock.now() / 1000,
    expected: { subject, connection, acceptSandbox: true },
  };
  const claims = withOwnErrors(() => checkApproval(signed, wanted));
  await takeOnce(claims, { connection, subject, by: toUse(claims) }, deps);
  return claims;
}

/** Reserves a receipt for its first use. Only the same use may redeem the receipt again. */
async function takeOnce(
  { jti, iat, exp, txn: stepUpId }: ReceiptClaims,
  { connection, subject, by }: { readonly connection: string; readonly subject: string; readonly by: string },
  { state, audit, clock, log }: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<void> {
  const expiresAt = toEpochMs(epochSec(exp));
  // This server issued the receipt by its own clock, so no clock tolerance is needed.
  if (expiresAt <= clock.now()) throw new FaceError('receipt_invalid', { reason: 'expired' });
  if (await mayHaveBeenLost(epochSec(iat), { state })) throw new FaceError('receipt_invalid', { reason: 'forgotten' });

  const key = `receipt:${jti}`;
  const recordUse = (): Promise<void> =>
    audit.append({ action: 'receipt_redeemed', connection, subject, detail: { receiptId: jti, stepUpId } });
  const onUnrecorded = (error: unknown): void => log.warn('receipt use not yet recorded', { code: toCode(error) });
  const onlyOnce = { when: 'absent', expiresAt: addSec(expiresAt, clockToleranceSec) } as const;
  const isRedeemedByThisUse = async (): Promise<boolean> => (await state.read(key))?.value === by;
  // The store may have written the use although the write failed. The receipt then counts as redeemed, so its use is
  // recorded.
  const recordIfWritten = async (): Promise<void> => {
    if (await isRedeemedByThisUse()) await recordUse();
  };
  const isFirst = await retryInBackground(() => state.write(key, by, onlyOnce), onUnrecorded, recordIfWritten);
  if (!isFirst && !(await isRedeemedByThisUse())) throw new FaceError('receipt_invalid', { reason: 'used' });
  if (isFirst) await retryInBackground(recordUse, onUnrecorded);
}

function withOwnErrors<Claims>(check: () => Claims): Claims {
  try {
    return check();
  } catch (error) {
    if (error instanceof ReceiptError) throw new FaceError('receipt_invalid', { reason: error.code });
    throw error;
  }
}

/**
 * Redeems a receipt for this server's own hook, within the provider's timeout.
 * @param event.budgetMs - milliseconds
 * @throws `receipt_invalid`; `state_unavailable`, also on timeout
 */
export function redeemForHook(
  receipt: string,
  event: {
    readonly connection: { readonly id: string; readonly policy: Pick<Policy, 'anotherWay'> };
    readonly subject: string;
    readonly by: string;
    readonly budgetMs: number;
  },
  deps: Needed,
): Promise<RedeemedReceipt> {
  const { connection, subject, by, budgetMs } = event;
  const takesCodes = connection.policy.anotherWay.counts;
  const expected = {
    audience: audienceOf(deps.issuer, connection),
    subject,
    connection: connection.id,
    by,
    takesCodes,
  };
  return withTimeout(redeemReceipt(receipt, expected, deps), budgetMs, () => {
    throw new FaceError('state_unavailable', { reason: 'late' });
  });
}
