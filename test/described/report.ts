import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../support/run/paths.js';

const contractsFolder = join(dirname(projectRoot.replace(/\/$/, '')), 'shared/contracts');

/**
 * Returns the path of a provider's description next to the checkout.
 * @returns `null` if missing; the test is then skipped
 */
export function findContract(name: string): string | null {
  const file = join(contractsFolder, name);
  if (existsSync(file)) return file;
  process.stderr.write(`SKIPPING what is held against a provider's own description: no ${file}\n`);
  return null;
}
