import type { AuditSubscriber } from '../core/audit-events.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { toCode } from '../errors.js';
import { noteContactsOf } from './contacts.js';

type WatchDeps = Ports<'state' | 'clock' | 'keys' | 'log'> & {
  readonly connections: ReadonlyMap<string, Connection>;
};

export interface RecoveryWatch {
  readonly onEvent: AuditSubscriber;
  drain(): Promise<void>;
}

/** Notes the contacts of people who enrol or pass a check. Failures are logged. */
export function createRecoveryWatch(deps: WatchDeps): RecoveryWatch {
  const underWay = new Set<Promise<void>>();
  const start = (work: () => Promise<void>, connection: string): void => {
    const done = work().catch((error: unknown) => {
      deps.log.error('recovery upkeep failed', { connection, code: toCode(error) });
    });
    underWay.add(done);
    void done.then(() => underWay.delete(done));
  };
  return {
    onEvent(event) {
      const { connection: id, subject } = event;
      const connection = deps.connections.get(id);
      if (connection?.recovery === undefined || connection.recovery.policy.mode === 'off' || subject === '') return;
      if (event.action === 'enrolled' || event.action === 'verified')
        start(() => noteContactsOf({ connection, subject }, deps), id);
    },
    async drain() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
