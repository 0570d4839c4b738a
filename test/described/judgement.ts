import type { Exchange } from '../../support/servers/exchanges.js';

export interface Judgement {
  readonly operation: string | null;
  readonly differences: readonly string[];
}

/** Compares all calls with the description. */
export const judgeCalls = (calls: readonly Exchange[], judge: (call: Exchange) => Judgement): string[] => {
  const different = calls.map(judge).filter(({ differences }) => differences.length > 0);
  return [...new Set(different.map(({ operation, differences }) => `${operation}\n  ${differences.join('\n  ')}`))];
};
