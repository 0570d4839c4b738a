import type { DataFiles } from '../config/data-files.js';
import type { StateConfig } from '../config/state.js';
import type { LedgerStore } from '../core/ports.js';
import { createSqliteLedger } from './ledger-sqlite.js';

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
