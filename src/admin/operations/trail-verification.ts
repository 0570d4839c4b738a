import { basename } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import type { z } from 'zod';
import { readUncompressedSize } from '../../audit/compressed.js';
import { headGuard, headKeyOf, headType } from '../../audit/heads.js';
import { closedSegmentsOf } from '../../audit/trail-files.js';
import { verifyTrail } from '../../audit/verify.js';
import { filesOf } from '../../config/data-files.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, fromIso } from '../../core/units.js';
import { toCode } from '../../errors.js';
import { verificationReply } from '../replies/operations.js';
import { keySetGuard } from './keys.js';
import type { OperationsPorts } from './operations-context.js';
import { beginRun, isBrokenOff, type Run, type RunLease, type RunPlace, readRun } from './runs.js';

/** Verifying a year's sign-ins takes minutes. */
const longestMs = 30 * 60_000;

const saveEverySec = 2;

const progressGuard = verificationReply.pick({ bytesRead: true, bytesInAll: true, outcome: true, failed: true });
type Progress = z.output<typeof progressGuard>;

const place: RunPlace<Progress> = { key: 'trail-verification', progress: progressGuard };

export interface Verification {
  readonly run: Run<Progress>;
  readonly state: 'under_way' | 'sound' | 'unsound' | 'failed' | 'broken_off';
}

export async function readVerification(deps: Ports<'state' | 'clock'>): Promise<Verification | null> {
  const run = await readRun(place, deps);
  return run === null ? null : { run, state: stateOf(run, deps.clock.now()) };
}

function stateOf(run: Run<Progress>, now: EpochMs): Verification['state'] {
  if (isBrokenOff(run, now)) return 'broken_off';
  if (run.endedAt === null) return 'under_way';
  const { outcome } = run.progress;
  if (outcome === null) return 'failed';
  return outcome.isSound ? 'sound' : 'unsound';
}

export async function startVerification(
  by: string,
  deps: OperationsPorts<'state' | 'clock' | 'random' | 'audit' | 'signer' | 'background' | 'setup'>,
): Promise<void> {
  const { audit: file } = filesOf(deps.setup().config);
  const begun: Progress = { bytesRead: 0, bytesInAll: await sizeOf(file), outcome: null, failed: null };
  const run = await beginRun(place, { by, progress: begun }, deps);
  run.work(async () => {
    const ended = await verify(run, file, begun, deps);
    await run.end(ended);
    const { outcome } = ended;
    if (outcome === null) return;
    const detail = { chain: outcome.chain, isSound: outcome.isSound, through: outcome.lastSequence, by };
    await deps.audit.append({ action: 'trail_verified', connection: '', subject: '', detail });
  });
}

async function verify(
  run: RunLease<Progress>,
  file: string,
  begun: Progress,
  deps: OperationsPorts<'state' | 'clock' | 'signer' | 'background'>,
): Promise<Progress> {
  const { state, signer, clock, background } = deps;
  let bytesRead = 0;
  let savedAt = clock.now();
  const onRead = (bytes: number): void => {
    bytesRead += bytes;
    if (clock.now() < addSec(savedAt, saveEverySec)) return;
    savedAt = clock.now();
    run.saveProgress({ ...begun, bytesRead }).catch(() => undefined);
  };
  try {
    const keys: JSONWebKeySet = keySetGuard.parse({ keys: await signer.publicKeys() });
    const signal = AbortSignal.any([background.stopping, AbortSignal.timeout(longestMs)]);
    const report = await verifyTrail(file, { keys, state, clock, onRead, signal });
    const { isSound, chain, firstSequence, lastSequence, tampering, heads } = report;
    const found =
      tampering === null
        ? null
        : {
            kind: tampering.kind,
            file: tampering.place === null ? null : basename(tampering.place.file),
            line: tampering.place?.line ?? null,
            sequence: tampering.sequence,
          };
    const outcome = { isSound, chain, firstSequence, lastSequence, tampering: found, heads: heads.verified };
    return { ...begun, bytesRead, outcome };
  } catch (error) {
    return { ...begun, bytesRead, failed: toCode(error) };
  }
}

async function sizeOf(file: string): Promise<number> {
  const files = [...(await closedSegmentsOf(file)).map((segment) => segment.file), file];
  const sizes = await Promise.all(files.map((each) => readUncompressedSize(each).catch(() => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Returns the time of the newest head (the signed statement about the log's end) in the store, or `null`. */
export async function readHeadTime({
  state,
  signer,
  trail,
}: OperationsPorts<'state' | 'signer' | 'trail'>): Promise<EpochMs | null> {
  const found = await state.read(headKeyOf(trail.chain));
  if (typeof found?.value !== 'string') return null;
  try {
    return fromIso(headGuard.parse(await signer.verify(headType, found.value)).time);
  } catch (error) {
    if (toCode(error) === 'receipt_invalid') return null;
    throw error;
  }
}
