import { type DataFiles, isThere } from '../config/data-files.js';
import type { StateConfig } from '../config/state.js';
import type { State } from '../core/ports.js';
import { toCode } from '../errors.js';
import { withFormat } from './format.js';
import { type ReconcileDeps, readKnown, reconcile } from './reconcile.js';
import { createSqliteState } from './sqlite.js';
import { type Store, withStoreEpoch } from './store-epoch.js';

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
 * Opens the configured state store read-only.
 * @returns `null` if the embedded store does not exist
 */
export async function openStateToRead(
  config: StateConfig,
  deps: StoreDeps & { readonly files: DataFiles },
): Promise<Pick<State, 'read' | 'close'> | null> {
  if (config.kind !== 'sqlite') return openSharedStore(config, deps);
  const file = deps.files.state;
  return (await isThere(file)) ? createSqliteState({ file, clock: deps.clock }) : null;
}

type StoreDeps = Pick<ReconcileDeps, 'clock' | 'random' | 'log'>;

/** Opens a shared store. Its client library is loaded only if needed. */
async function openSharedStore(config: Exclude<StateConfig, { kind: 'sqlite' }>, deps: StoreDeps): Promise<Store> {
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
    deps.log.error('state store does not respond', { code: toCode(error) });
  });
  return state;
}
