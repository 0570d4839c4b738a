import type { SecretUse } from '../connections/rotating-secret.js';
import type { Clock } from '../core/ports.js';
import type { EpochMs } from '../core/units.js';

/** Uses of secrets since they were last collected, kept in memory. */
export interface SecretUses {
  readonly note: (use: SecretUse) => void;
  /** Returns and removes the times of last use of a connection's secrets. */
  collect(connection: string): Readonly<Partial<Record<SecretUse['secret'], EpochMs>>>;
}

export function createSecretUses({ clock }: { readonly clock: Clock }): SecretUses {
  const uses = new Map<string, Partial<Record<SecretUse['secret'], EpochMs>>>();
  return {
    note: ({ connection, secret }) => void uses.set(connection, { ...uses.get(connection), [secret]: clock.now() }),
    collect(connection) {
      const found = uses.get(connection) ?? {};
      uses.delete(connection);
      return found;
    },
  };
}
