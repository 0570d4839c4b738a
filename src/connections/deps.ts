import type { Ports } from '../core/deps.js';
import type { SecretUse } from './rotating-secret.js';

export interface AdapterDeps<Settings> extends Ports<'clock' | 'random' | 'fetch' | 'log'> {
  readonly settings: Settings;
  readonly publicUrl: string;
  /** Called after each hook call that the provider authenticated with a secret. Absent in commands. */
  readonly onSecretUsed?: ((use: SecretUse) => void) | undefined;
}
