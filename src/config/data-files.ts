import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifExists } from '../files/durable-file.js';
import type { KeysConfig } from './keys.js';

/**
 * Files of the server, readable by their owner only.
 * @param keysFolder - folder of the key files if several servers share them
 */
const toDataFiles = (folder: string, keysFolder: string | null = null) => ({
  format: join(folder, 'format.json'),
  state: join(folder, 'state.db'),
  /** Decision log, which a command can rebuild from the audit log. */
  ledger: join(folder, 'ledger.db'),
  heldSince: join(folder, 'held-since.json'),
  audit: join(folder, 'audit.jsonl'),
  deniedTokens: join(folder, 'denied-tokens.json'),
  keys: join(keysFolder ?? folder, 'keys.json'),
  signingKeys: join(keysFolder ?? folder, 'signing-keys.json'),
  oidcKeys: join(keysFolder ?? folder, 'oidc-keys.json'),
  adminKey: join(folder, 'admin-key.sha256'),
  outbox: join(folder, 'outbox.jsonl'),
  securityEvents: join(folder, 'security-events.json'),
  deadLetters: join(folder, 'dead-letters.jsonl'),
  lastBackup: join(folder, 'last-backup.json'),
});

export type DataFiles = ReturnType<typeof toDataFiles>;

export const filesOf = ({ dataFolder, keys }: FilesConfig): DataFiles =>
  toDataFiles(dataFolder, keys.kind === 'local' ? keys.folder : null);

export const recognitionFolderOf = (config: {
  readonly dataFolder: string;
  readonly recognition: { readonly folder: string | null };
}): string => config.recognition.folder ?? join(config.dataFolder, 'recognition');

export type FilesConfig = { readonly dataFolder: string; readonly keys: KeysConfig };

export async function fileExists(file: string): Promise<boolean> {
  return (await ifExists(stat(file))) !== null;
}
