import { type Check, fail, manual, pass, warn } from '../../src/connections/provisioning.js';
import type { Parts } from './provision-account.js';
import { isOurs } from './provision-hooks.js';

const hoursBack = 24;

/** Known problems in a run's output. Other output is not shown, because a customer's function may log anything. */
const troubles: readonly (readonly [RegExp, string])[] = [
  [/facestep: refused with status 401/, 'this server refused its signature: the secrets differ, or a clock is off'],
  [/facestep: refused with status (\d{3})/, 'this server refused its request'],
  [/facestep: no decision, status/, 'this server gave no decision'],
  [/facestep: no answer in time/, 'this server did not answer in time'],
  [/facestep: no answer/, 'this server was not reached'],
  [/facestep: the other function failed/, 'the function it was composed with failed or came too late'],
  [/Task timed out after/, 'OneLogin ended it at its time-out'],
  [/Runtime exited|Runtime\.\w+Error|Invoke Error|Uncaught Exception/, 'it broke off with an error'],
];

const troubleOf = (events: readonly string[]): string | null =>
  troubles.find(([pattern]) => events.some((event) => pattern.test(event)))?.[1] ?? null;

/** Creates the check of OneLogin's hook log, the only record of faults on OneLogin's machines. */
export function createLogCheck(parts: Parts): Check {
  const remedy = 'Check the clock of this machine, publicUrl, and the log of this server.';
  return {
    title: 'Log of the Smart Hook pre-authentication',
    async run() {
      const hook = await parts.account.findHook('pre-authentication');
      if (hook === null || !isOurs(hook, parts)) return manual('There is no hook of ours.', null);
      const since = parts.deps.clock.now() - hoursBack * 3_600_000;
      const runs = (await parts.account.listLogs(hook.id)).filter(({ created_at }) => created_at.getTime() >= since);
      const found = runs.map(({ events }) => troubleOf(events)).filter((trouble) => trouble !== null);
      if (found.length === 0) return pass(`Nothing is wrong in ${runs.length} entries of the last ${hoursBack} hours.`);
      const counts = [...new Set(found)].map((each) => `${each} (${found.filter((other) => other === each).length})`);
      const text = `Of ${runs.length} entries of the last ${hoursBack} hours ${found.length} report problems: ${counts.join('; ')}.`;
      return found.length * 2 >= runs.length ? fail(text, remedy) : warn(text, remedy);
    },
  };
}
