import type { Exchange } from '../../simulators/exchanges.js';
import { printCallReport } from './report.js';

export interface Judgement {
  readonly operation: string | null;
  readonly differences: readonly string[];
}

/** Compares all calls with the description and prints a summary. */
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
