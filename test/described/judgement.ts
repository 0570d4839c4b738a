import type { Exchange } from '../../simulators/exchanges.js';
import { printCallReport } from './report.js';

/** What a description says of one call. */
export interface Judgement {
  /** As the description calls it; `null` where it has no such operation. */
  readonly operation: string | null;
  /** What of either side is not as described, one line each. */
  readonly differences: readonly string[];
}

/**
 * Judges all calls, and prints the table of them.
 * @returns what is different, each once
 */
export function judgeCalls(
  provider: string,
  calls: readonly Exchange[],
  judge: (call: Exchange) => Judgement,
): string[] {
  const judgements = calls.map((call) => ({ call, ...judge(call) }));
  const described = judgements.filter(({ operation }) => operation !== null);
  const different = described.filter(({ differences }) => differences.length > 0);
  const others = judgements.filter(({ operation }) => operation === null);
  printCallReport({
    provider,
    calls: calls.length,
    described: described.length,
    validated: described.length - different.length,
    notDescribed: [...new Set(others.map(({ call: { method, path } }) => `${method} ${path}`))].toSorted(),
  });
  return [
    ...new Set(different.map(({ operation, differences }) => `${operation}\n  ${differences.join('\n  ')}`)),
  ].toSorted();
}
