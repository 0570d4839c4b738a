import { z } from 'zod';
import { type DataFiles, fileExists } from '../../config/data-files.js';
import type { StateConfig } from '../../config/state.js';
import type { Ports } from '../../core/deps.js';
import type { Audit, LedgerStore, State } from '../../core/ports.js';
import { type EpochMs, epochMsGuard, toIso } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { replaceFile } from '../../files/durable-file.js';
import { withFormat } from './format.js';
import { createSqliteLedger } from './ledger-sqlite.js';
import { readMarker } from './marker.js';
import { createSqliteState } from './sqlite.js';
import { type Store, withStoreEpoch } from './store-epoch.js';

const knownGuard = z.strictObject({ heldSince: epochMsGuard });

export interface ReconcileDeps extends Ports<'clock' | 'random' | 'log'> {
  readonly files: Pick<DataFiles, 'audit' | 'heldSince'>;
  readonly audit: Pick<Audit, 'append'>;
  /** Writes the denied tokens of the audit log to the store. @returns their number */
  readonly restoreDenials: (state: Pick<State, 'write'>) => Promise<number>;
  /** Milliseconds in which a shared store must answer a call, if it is not the default. */
  readonly answerWithinMs?: number;
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
  const { files, audit, random, log } = deps;
  const known = await readKnown(files);
  if (known === epoch) return;
  const denied = (await fileExists(files.audit)) ? await deps.restoreDenials(state) : 0;
  if (known !== null) {
    const detail = { heldSince: toIso(epoch) };
    await audit.append({ action: 'store_replaced', connection: '', subject: '', detail });
    log.warn('state store was emptied or replaced', { ...detail, denied });
  }
  await replaceFile(files.heldSince, JSON.stringify({ heldSince: epoch }), random);
}

/**
 * Opens the configured state store and reconciles it with the audit log. A shared store refuses calls until it is
 * reconciled.
 */
export async function openState(
  config: StateConfig,
  deps: ReconcileDeps & { readonly files: DataFiles },
): Promise<State> {
  if (config.kind === 'sqlite') {
    const state = createSqliteState({ file: deps.files.state, clock: deps.clock });
    await reconcile(await state.storeEpoch(), state, deps);
    return state;
  }
  return openShared(await openSharedStore(config, deps), deps);
}

/**
 * Opens the configured state store without reconciling it, for commands.
 * @returns `null` if the embedded store does not exist
 */
export async function openStore(
  config: StateConfig,
  deps: StoreDeps & { readonly files: DataFiles },
): Promise<Pick<State, 'read' | 'write' | 'delete' | 'close'> | null> {
  if (config.kind !== 'sqlite') return openSharedStore(config, deps);
  const file = deps.files.state;
  return (await fileExists(file)) ? createSqliteState({ file, clock: deps.clock }) : null;
}

type StoreDeps = Pick<ReconcileDeps, 'clock' | 'random' | 'log' | 'answerWithinMs'>;

/** Opens a shared store. Its client library is loaded only if needed. */
export async function openSharedStore(
  config: Exclude<StateConfig, { kind: 'sqlite' }>,
  deps: StoreDeps,
): Promise<Store> {
  switch (config.kind) {
    case 'redis': {
      const { createRedisStore } = await import('./redis.js');
      return createRedisStore(config, deps);
    }
    case 'dynamodb': {
      const { createDynamoDbStore } = await import('./dynamodb.js');
      return createDynamoDbStore(config, deps);
    }
  }
}

async function openShared(store: Store, deps: ReconcileDeps): Promise<State> {
  const known = await readKnown(deps.files);
  const state = withFormat(
    withStoreEpoch(store, {
      clock: deps.clock,
      known,
      reconcile: (epoch) => reconcile(epoch, store, deps),
    }),
  );
  await state.storeEpoch().catch(async (error: unknown) => {
    if (toCode(error) === 'data_newer') {
      await state.close();
      throw error;
    }
    const detail = error instanceof FaceError ? error.detail : null;
    deps.log.error('state store does not respond', { code: toCode(error), detail });
  });
  return state;
}

export async function openLedger(config: StateConfig, files: Pick<DataFiles, 'ledger'>): Promise<LedgerStore> {
  switch (config.kind) {
    case 'sqlite':
      return createSqliteLedger(files.ledger);
    case 'redis': {
      const { createRedisLedger } = await import('./ledger-redis.js');
      return createRedisLedger(config);
    }
    case 'dynamodb': {
      const { createDynamoDbLedger } = await import('./ledger-dynamodb.js');
      return createDynamoDbLedger(config);
    }
  }
}
