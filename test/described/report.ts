import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../paths.js';

/** How the calls between us and a simulated provider stand to the provider's own description. */
export interface CallReport {
  readonly provider: string;
  /** Every call that was seen. */
  readonly calls: number;
  /** Those of an operation that the description has. */
  readonly described: number;
  /** Those of them whose both sides are as it says. */
  readonly validated: number;
  /** The operations that it does not have, each once, as method and path. */
  readonly notDescribed: readonly string[];
}

const contractsFolder = join(dirname(projectRoot.replace(/\/$/, '')), 'shared/contracts');

/**
 * Where a provider's description is, beside the checkout.
 * @returns `null` without it: whoever asks then skips, and this says so
 */
export function findContract(name: string): string | null {
  const file = join(contractsFolder, name);
  if (existsSync(file)) return file;
  process.stderr.write(`SKIPPING what is held against a provider's own description: no ${file}\n`);
  return null;
}

/** Prints the table of the calls made. */
export function printCallReport({ provider, calls, described, validated, notDescribed }: CallReport): void {
  const lines = [
    `${'provider'.padEnd(12)}${'calls'.padStart(8)}${'described'.padStart(12)}${'validated'.padStart(12)}${'not described'.padStart(16)}`,
    `${provider.padEnd(12)}${String(calls).padStart(8)}${String(described).padStart(12)}${String(validated).padStart(12)}${String(calls - described).padStart(16)}`,
    ...notDescribed.map((operation) => `  not described: ${operation}`),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
