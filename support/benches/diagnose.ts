import { type CheckResult, checkInTurn } from '../../src/admin/operations/checks/in-turn.js';
import {
  acceptedCallsTitle,
  type Check,
  hooksAnswer,
  pass,
  publishedKeysTitle,
  serverAnswers,
  serverClock,
} from '../../src/connections/provisioning.js';

/** Runs a provider's checks in order, as `facestep doctor` does. All checks of the server itself pass. */
export async function diagnose(checks: readonly Check[]): Promise<CheckResult[]> {
  const own = [serverAnswers, serverClock, publishedKeysTitle, hooksAnswer, acceptedCallsTitle].map((title) => ({
    title,
    run: async () => pass('well'),
  }));
  const results: CheckResult[] = [];
  for await (const result of checkInTurn([...own, ...checks], (check) => check.run())) results.push(result);
  return results.slice(own.length);
}
