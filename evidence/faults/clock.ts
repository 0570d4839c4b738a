import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolder } from '../measure/program.js';
import type { Fault } from './fault.js';
import { type Act, preload, runOnStage, type Stage, withRedis } from './stage.js';

const hourMs = 3_600_000;

/** Longer than a check's freshness (300 s) and all other validity periods. */
const laterMs = 600_000;

export const clock: Fault = {
  about: 'the clock of one replica is an hour ahead or behind, also in the middle of a face check',
  run: ({ say }) =>
    withRedis(({ url: redisUrl }) =>
      withFolder('clock', (folder) => {
        const files = [join(folder, 'wrong'), join(folder, 'true')] as const;
        const env = (replica: number) => preload({ FAULTS_CLOCK_FILE: files[replica] ?? '' });
        return runOnStage({ count: 2, redisUrl, env }, (stage) => shiftClocks(stage, files, say));
      }),
    ),
};

/**
 * Lets people enrol and check while the clock of one replica is wrong.
 * @param files - one for each replica, with the shift of its clock in milliseconds
 */
async function shiftClocks(
  { journal, pictures, replicas, connectTo, createUsers }: Stage,
  [wrongFile, trueFile]: readonly [string, string],
  say: (line: string) => void,
): Promise<Act> {
  const setWrong = (ms: number): Promise<void> => writeFile(wrongFile, String(ms));
  const setTrue = (ms: number): Promise<void> => writeFile(trueFile, String(ms));
  const [wrong, right] = await Promise.all(replicas.map(({ url }) => connectTo([url])));
  const users: string[] = [];
  const late: string[] = [];
  for (const [name, shiftMs] of [
    ['an hour ahead', hourMs],
    ['an hour behind', -hourMs],
  ] as const) {
    say(`  ${name}`);
    const [user = '', other = ''] = await createUsers(2);
    users.push(user, other);
    await setWrong(shiftMs);
    journal.turnTo(`${name}: at the wrong one`);
    for (const each of [user, other]) await wrong.enrol(each, pictures.person[0]);
    await wrong.checkFace(user, pictures.person[1]);
    await wrong.callHook(user, `${name}-wrong`);
    journal.turnTo(`${name}: sign-in at the true one`);
    await right.callHook(user, `${name}-right`);
    await wrong.checkFace(other, pictures.person[1]);
    // Moves the correct replica's and the provider's clocks ten minutes ahead.
    await setTrue(laterMs);
    journal.turnTo(`${name}: the same, 10 minutes later`);
    if ((await right.callHook(other, `${name}-late`, laterMs)) === 'granted') late.push(`${other}, ${name}`);
    await setTrue(0);
    journal.turnTo(`${name}: at the true one`);
    await right.checkFace(user, pictures.person[1]);
    await right.callHook(user, `${name}-true`);
    await setWrong(0);
  }
  journal.turnTo('set while a face is checked');
  say('  set while a face is checked');
  for (const ms of [hourMs, 0, -hourMs, 0]) {
    const check = wrong.checkFace(users[0] ?? '', pictures.person[1]);
    await setWrong(ms);
    await check;
  }
  const invariant = 'no check counts after its freshness, whatever the clock of the replica it passed at';
  return { enrolled: users, invariants: [{ invariant, checked: 2, broken: late }] };
}
