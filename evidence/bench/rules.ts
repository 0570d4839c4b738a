import { createSignInRules } from '../../src/step-up/evaluate-sign-in.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { createKeysInMemory, systemClock } from '../../support/fakes/keys.js';
import { createMemoryProfile, findEveryGroup } from '../../support/fakes/simulated-profile.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { round } from './measure.js';

const ruleCount = 20;

/** Creates rules that a sign-in evaluates all, because only the last condition of each is false. */
const toRules = () =>
  Array.from({ length: ruleCount }, (_, n) => ({
    name: `rule ${n}`,
    when: { groups: ['staff'], networks: ['office'], applications: [`another application ${n}`] },
    outcome: 'face' as const,
    mode: 'enforce' as const,
    whenUnknown: 'deny' as const,
  }));

/** Measures the processor time in milliseconds that the rules of a policy add to a hook. The groups are held already. */
export async function measureRules(signIns: number) {
  const policy = { ...defaultPolicy, rules: toRules(), networks: { office: ['192.0.2.0/24', '2001:db8::/48'] } };
  const people = Array.from({ length: 100 }, (_, n) => `person-${n}`);
  const profile = { ...createMemoryProfile(people), readGroups: async () => [{ id: 'g-1', name: 'staff' }] };
  const state = createSqliteState({ file: ':memory:', clock: systemClock });
  const keys = createKeysInMemory(Buffer.alloc(32, 1));
  const { evaluate } = createSignInRules(
    { id: 'work', policy, profile, findGroupIds: findEveryGroup },
    { state, clock: systemClock, keys, log: createTextLog() },
  );
  const ask = (n: number) =>
    evaluate({
      subject: people[n % people.length] ?? '',
      application: 'application',
      address: '192.0.2.7',
      isAfterFirstFactor: true,
      device: null,
      browser: null,
    });
  for (let n = 0; n < signIns; n++) await ask(n);
  const before = process.cpuUsage();
  for (let n = 0; n < signIns; n++) await ask(n);
  const { user, system } = process.cpuUsage(before);
  await state.close();
  return { count: ruleCount, addedMs: round((user + system) / 1000 / signIns, 4) };
}
