import { setTimeout as sleep } from 'node:timers/promises';
import { round } from '../bench/measure.js';
import { withFolder } from '../measure/program.js';
import type { Fault, Size } from './fault.js';
import { runOnStage, type Stage } from './stage.js';

const phases = {
  full: { users: 400, ratedSec: 20, halfSec: 600, twiceSec: 60 },
  quick: { users: 160, ratedSec: 2, halfSec: 3, twiceSec: 3 },
} satisfies Record<Size, object>;

/** Checks that run at once while the rate of the machine is measured. */
const atOnce = 4;

export const overload: Fault = {
  about: 'face checks arrive at half of the rate that the machine holds, then at twice this rate',
  run: ({ size, say }) =>
    withFolder('overload', (folder) =>
      runOnStage({ folder }, async (stage) => {
        const { users: count, ratedSec, halfSec, twiceSec } = phases[size];
        const users = await stage.createUsers(count);
        await Promise.all(
          users.slice(0, atOnce).map((_, at) => stage.enrolMissing(users.filter((__, n) => n % atOnce === at))),
        );
        const ratedPerSec = await measureRate(stage, users, ratedSec);
        say(`  ${ratedPerSec} checks a second`);
        const half = await signIn(stage, users, { when: 'half', perSec: ratedPerSec / 2, sec: halfSec });
        const twice = await signIn(stage, users, { when: 'twice', perSec: 2 * ratedPerSec, sec: twiceSec });
        const invariants = [half, twice].flatMap(({ when, begun, missed, passed, refused }) => [
          {
            invariant: `no hook refuses a person who passed a check, at ${when} the rate`,
            checked: passed,
            broken: refused,
          },
          {
            invariant: `checks began at ${when} the rate`,
            checked: begun,
            broken: missed > begun / 10 ? [`no person was free for ${missed}`] : [],
          },
        ]);
        const figures = {
          ratedPerSec,
          passedAtHalf: half.passed,
          passedAtTwice: twice.passed,
          begunAtTwice: twice.begun,
        };
        return { enrolled: users, figures, invariants };
      }),
    ),
};

/** @returns checks a second, of checks that begin when another ends */
async function measureRate({ client, pictures, journal }: Stage, users: readonly string[], sec: number) {
  journal.turnTo('rated');
  const until = performance.now() + 1000 * sec;
  let done = 0;
  const work = async (user: string): Promise<void> => {
    while (performance.now() < until) {
      if ((await client.checkFace(user, pictures.person[1])) === 'passed') done += 1;
    }
  };
  await Promise.all(users.slice(0, atOnce).map(work));
  return round(done / sec);
}

/** Begins sign-ins at a steady rate, whether earlier ones have ended or not: a face check, then the provider's hook. */
async function signIn(
  { client, pictures, journal }: Stage,
  users: readonly string[],
  { when, perSec, sec }: { readonly when: string; readonly perSec: number; readonly sec: number },
) {
  journal.turnTo(when);
  const idle = [...users];
  const refused: string[] = [];
  const running: Promise<void>[] = [];
  let begun = 0;
  let passed = 0;
  const one = async (user: string, event: string): Promise<void> => {
    if ((await client.checkFace(user, pictures.person[1])) === 'passed') {
      passed += 1;
      const decision = await client.callHook(user, event);
      if (decision !== 'granted') refused.push(`${event}: ${decision}`);
    }
    idle.push(user);
  };
  let missed = 0;
  const from = performance.now();
  for (let at = 0; at < perSec * sec; at += 1) {
    await sleep(Math.max(0, from + (1000 * at) / perSec - performance.now()));
    const user = idle.shift();
    if (user === undefined) {
      missed += 1;
    } else {
      begun += 1;
      running.push(one(user, `${when} ${begun}`));
    }
  }
  await Promise.all(running);
  return { when, begun, missed, passed, refused };
}
