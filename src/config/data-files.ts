import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../files/durable-file.js';
import type { KeysConfig } from './keys.js';

/**
 * Readable by their owner only.
 * @param keysFolder - shared by several servers
 */
const toDataFiles = (folder: string, keysFolder: string | null = null) => ({
  format: join(folder, 'format.json'),
  state: join(folder, 'state.db'),
  /** A command can rebuild it from the audit trail. */
  ledger: join(folder, 'ledger.db'),
  /** The store this server uses, and since when. */
  heldSince: join(folder, 'held-since.json'),
  audit: join(folder, 'audit.jsonl'),
  /** Their audit records have expired. */
  deniedTokens: join(folder, 'denied-tokens.json'),
  /** Seal tokens. */
  keys: join(keysFolder ?? folder, 'keys.json'),
  /** Sign receipts. */
  signingKeys: join(keysFolder ?? folder, 'signing-keys.json'),
  /** Sign ID tokens and security events. */
  oidcKeys: join(keysFolder ?? folder, 'oidc-keys.json'),
  adminKey: join(folder, 'admin-key.sha256'),
  outbox: join(folder, 'outbox.jsonl'),
  /** Delivery progress of each security event receiver. */
  securityEvents: join(folder, 'security-events.json'),
  deadLetters: join(folder, 'dead-letters.jsonl'),
  lastBackup: join(folder, 'last-backup.json'),
});

export type DataFiles = ReturnType<typeof toDataFiles>;

/** Returns the files of a configuration. */
export const filesOf = ({ dataFolder, keys }: FilesConfig): DataFiles =>
  toDataFiles(dataFolder, keys.kind === 'local' ? keys.folder : null);

/** Returns the folder of own recognition models. */
export const recognitionFolderOf = (config: {
  readonly dataFolder: string;
  readonly recognition: { readonly folder: string | null };
}): string => config.recognition.folder ?? join(config.dataFolder, 'recognition');

export type FilesConfig = { readonly dataFolder: string; readonly keys: KeysConfig };

/** Returns true if a file exists. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return false;
      throw error;
    },
  );
}
