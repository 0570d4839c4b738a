import { z } from 'zod';
import { type DataFiles, isThere } from '../config/data-files.js';
import type { Audit, Clock, Log, Random, State } from '../core/ports.js';
import { type EpochMs, epochMsGuard, toIso } from '../core/units.js';
import { replaceFile } from '../files/durable-file.js';
import { replayDenials } from './denials.js';
import { readMarker } from './marker.js';

const knownGuard = z.strictObject({ heldSince: epochMsGuard });

/** What reconciling takes. */
export interface ReconcileDeps {
  readonly files: Pick<DataFiles, 'audit' | 'deniedTokens' | 'heldSince'>;
  readonly audit: Pick<Audit, 'append'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The marker of the store this server is reconciled with; `null` where it never was. It outlives restarts, so that a store
 * that was emptied meanwhile is noticed.
 * @throws FaceError `state_unavailable`: the file is not as it was written
 */
export async function readKnown({ heldSince }: Pick<DataFiles, 'heldSince'>): Promise<EpochMs | null> {
  return (await readMarker(heldSince, knownGuard))?.heldSince ?? null;
}

/**
 * Puts into a store this server is not reconciled with what must not be forgotten: the denials of its own audit trail. The
 * trail says that the store was replaced, unless it is the first one.
 * @param state - written to as it is
 * @throws FaceError `state_unavailable`
 */
export async function reconcile(epoch: EpochMs, state: Pick<State, 'write'>, deps: ReconcileDeps): Promise<void> {
  const { files, audit, clock, random, log } = deps;
  const known = await readKnown(files);
  if (known === epoch) return;
  const denied = (await isThere(files.audit)) ? await replayDenials(files, { state, clock }) : 0;
  if (known !== null) {
    const detail = { heldSince: toIso(epoch) };
    await audit.append({ action: 'store_replaced', connection: '', subject: '', detail });
    log.warn('state store was emptied or replaced', { ...detail, denied });
  }
  await replaceFile(files.heldSince, JSON.stringify({ heldSince: epoch }), random);
}
