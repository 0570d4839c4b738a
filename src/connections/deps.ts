import type { Clock, Fetch, Log, Random } from '../core/ports.js';
import type { SecretUse } from './rotating-secret.js';

export interface AdapterDeps<Settings> {
  readonly settings: Settings;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Called after each hook call that the provider authenticated with a secret. Absent in commands. */
  readonly onSecretUsed?: ((use: SecretUse) => void) | undefined;
}
