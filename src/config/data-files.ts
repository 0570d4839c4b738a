import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../files/durable-file.js';
import type { KeysConfig } from './keys.js';

/**
 * The files the server keeps in its data folder. Each is readable by its owner alone.
 * @param keysFolder - where the key files are instead, where several servers share them
 */
const toDataFiles = (folder: string, keysFolder: string | null = null) => ({
  /** Which format all of it has. */
  format: join(folder, 'format.json'),
  state: join(folder, 'state.db'),
  /** What people read of the audit trail; made of it again by a command. */
  ledger: join(folder, 'ledger.db'),
  /** Which store this server has settled with, wherever that is. */
  heldSince: join(folder, 'held-since.json'),
  audit: join(folder, 'audit.jsonl'),
  /** Tokens that records were about which the trail has let go. */
  deniedTokens: join(folder, 'denied-tokens.json'),
  /** Seal tokens. */
  keys: join(keysFolder ?? folder, 'keys.json'),
  /** Sign receipts. */
  signingKeys: join(keysFolder ?? folder, 'signing-keys.json'),
  /** Sign ID tokens and security events. */
  oidcKeys: join(keysFolder ?? folder, 'oidc-keys.json'),
  adminKey: join(folder, 'admin-key.sha256'),
  outbox: join(folder, 'outbox.jsonl'),
  /** How far each receiver of security events has been told. */
  securityEvents: join(folder, 'security-events.json'),
  deadLetters: join(folder, 'dead-letters.jsonl'),
  /** What is known of the last backup. */
  lastBackup: join(folder, 'last-backup.json'),
});

/** Paths of the files in a data folder. */
export type DataFiles = ReturnType<typeof toDataFiles>;

/** The files of a configuration. */
export const filesOf = ({ dataFolder, keys }: FilesConfig): DataFiles =>
  toDataFiles(dataFolder, keys.kind === 'local' ? keys.folder : null);

/** The folder of the installation's own recognition models. */
export const recognitionFolderOf = (config: {
  readonly dataFolder: string;
  readonly recognition: { readonly folder: string | null };
}): string => config.recognition.folder ?? join(config.dataFolder, 'recognition');

/** What of a configuration says where those files are. */
export type FilesConfig = { readonly dataFolder: string; readonly keys: KeysConfig };

/** Whether a file is there. Throws the system's error where that cannot be told. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return false;
      throw error;
    },
  );
}
