import {
  type Check,
  callsTaken,
  hooksAnswer,
  pass,
  serverAnswers,
  serverClock,
  serverIsOurs,
} from '../adapters/provisioning.js';
import { type CheckResult, checkInTurn } from '../src/operations/checks/in-turn.js';

/** What the checks of a provider find, one after the other as `facestep doctor` makes them, where this server is well. */
export async function diagnose(checks: readonly Check[]): Promise<CheckResult[]> {
  const own = [serverAnswers, serverClock, serverIsOurs, hooksAnswer, callsTaken].map((title) => ({
    ...{ title, run: async () => pass('well') },
  }));
  const results: CheckResult[] = [];
  for await (const result of checkInTurn([...own, ...checks], (check) => check.run())) results.push(result);
  return results.slice(own.length);
}
