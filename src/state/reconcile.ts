import { z } from 'zod';
import { type DataFiles, isThere } from '../config/data-files.js';
import type { Ports } from '../core/deps.js';
import type { Audit, State } from '../core/ports.js';
import { type EpochMs, epochMsGuard, toIso } from '../core/units.js';
import { replaceFile } from '../files/durable-file.js';
import { replayDenials } from './denials.js';
import { readMarker } from './marker.js';

const knownGuard = z.strictObject({ heldSince: epochMsGuard });

export interface ReconcileDeps extends Ports<'clock' | 'random' | 'log'> {
  readonly files: Pick<DataFiles, 'audit' | 'deniedTokens' | 'heldSince'>;
  readonly audit: Pick<Audit, 'append'>;
}

/**
 * Returns the epoch of the store at the last reconciliation; `null` if there was none. It is in a file, so that an
 * emptied store is detected even after a restart.
 * @throws `state_unavailable` if malformed
 */
export async function readKnown({ heldSince }: Pick<DataFiles, 'heldSince'>): Promise<EpochMs | null> {
  return (await readMarker(heldSince, knownGuard))?.heldSince ?? null;
}

/** Restores the audit log's denied tokens in a new or emptied store. */
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
