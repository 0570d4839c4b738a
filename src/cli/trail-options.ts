import { join } from 'node:path';
import { closedSegmentsOf } from '../audit/trail-files.js';
import { type FilesConfig, fileExists, filesOf } from '../config/data-files.js';
import { UsageError } from './command-error.js';

export const findTrails = async (named: readonly string[], config: FilesConfig): Promise<string[]> =>
  named.length === 0 ? [await findOwnTrail(config)] : findNamedTrails(named);

/**
 * Finds audit logs in data folders or files.
 * @throws UsageError if a folder or file has no audit log
 */
export async function findNamedTrails(named: readonly string[]): Promise<string[]> {
  const files = named.map((path) => (path.endsWith('.jsonl') ? path : join(path, 'audit.jsonl')));
  for (const file of files) await checkTrail(file);
  return files;
}

/** Finds the audit log of the configured server. @throws UsageError if no server has run with its data folder */
export async function findOwnTrail(config: FilesConfig): Promise<string> {
  const { audit } = filesOf(config);
  await checkTrail(audit);
  return audit;
}

async function checkTrail(file: string): Promise<void> {
  const isTrail = (await fileExists(file)) || (await closedSegmentsOf(file)).length > 0;
  if (!isTrail) throw new UsageError(`there is no audit trail ${file}`);
}
