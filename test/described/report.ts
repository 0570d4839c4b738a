import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../paths.js';

export interface CallReport {
  readonly provider: string;
  readonly calls: number;
  readonly described: number;
  readonly validated: number;
  /** Operations that the description lacks, as methods and paths. */
  readonly notDescribed: readonly string[];
}

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

export function printCallReport({ provider, calls, described, validated, notDescribed }: CallReport): void {
  const lines = [
    `${'provider'.padEnd(12)}${'calls'.padStart(8)}${'described'.padStart(12)}${'validated'.padStart(12)}${'not described'.padStart(16)}`,
    `${provider.padEnd(12)}${String(calls).padStart(8)}${String(described).padStart(12)}${String(validated).padStart(12)}${String(calls - described).padStart(16)}`,
    ...notDescribed.map((operation) => `  not described: ${operation}`),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
