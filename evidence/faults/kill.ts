import { setTimeout as sleep } from 'node:timers/promises';
import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Client } from './client.js';
import type { Fault } from './fault.js';
import { runOnStage, type Stage, withRedis } from './stage.js';

export const kill: Fault = {
  about: 'a replica is killed (kill -9) during enrolments, face checks and sign-ins, and started again',
  run: ({ size, seed, say }) =>
    withRedis(({ url: redisUrl }) => {
      const chance = createSeededRandom(`kill ${seed}`);
      const works = size === 'full' ? allWorks : allWorks.filter(({ isQuick }) => isQuick);
      const rounds = size === 'full' ? 60 : works.length;
      return runOnStage({ count: 2, redisUrl }, async (stage) => {
        const { client, pictures, journal, replicas } = stage;
        const users = await stage.createUsers(Math.min(rounds, 20));
        const [impersonated = ''] = await stage.createUsers(1);
        const untrue: string[] = [];
        let told = 0;
        const perform = async (work: Work, by: Client, subject: string): Promise<void> => {
          if (!(await work.run(by, stage, subject))) return;
          told += 1;
          if (!work.isDone(stage, subject)) untrue.push(`${subject}: ${work.name}`);
        };
        const durations: number[] = [];
        for (const work of works) {
          let took = 0;
          for (const _time of ['warm', 'timed']) {
            await work.prepare(stage, users[0] ?? '');
            const began = performance.now();
            await perform(work, client, users[0] ?? '');
            took = performance.now() - began;
          }
          durations.push(Math.ceil(1.1 * took));
        }
        for (let round = 0; round < rounds; round += 1) {
          const at = round % works.length;
          const work = works[at] ?? allWorks[0];
          const durationMs = durations[at] ?? 0;
          const subject = users[round % users.length] ?? '';
          journal.turnTo('making ready');
          await work.prepare(stage, subject);
          journal.turnTo(`killed during ${work.name}`);
          const victim = replicas[chance.below(replicas.length)] ?? replicas[0];
          const momentMs = chance.below(durationMs);
          // Half of the clients retry at another replica. The other half only know the killed replica and give up.
          const by = chance.below(2) === 0 ? client : await stage.connectTo([victim.url]);
          const running = perform(work, by, subject);
          await sleep(momentMs);
          await victim.kill();
          await running;
          await victim.start();
          say(`  round ${round + 1} of ${rounds}: ${victim.name} killed ${momentMs} ms into ${work.name}`);
        }
        journal.turnTo('after');
        for (const user of users) {
          await client.checkFace(user, pictures.person[1]);
          await client.callHook(user, `after-${user}`);
        }
        await client.checkFace(impersonated, pictures.stranger);
        const kept = { invariant: 'every change that the server confirmed is stored', checked: told, broken: untrue };
        return { enrolled: users, figures: { rounds, seed }, invariants: [kept] };
      });
    }),
};

interface Work {
  readonly name: string;
  readonly isQuick: boolean;
  prepare(stage: Stage, subject: string): Promise<unknown>;
  /** @returns true if the server reported success */
  run(client: Client, stage: Stage, subject: string): Promise<boolean>;
  isDone(stage: Stage, subject: string): boolean;
}

const makeEnrolled = (stage: Stage, subject: string): Promise<void> => stage.enrolMissing([subject]);

let events = 0;

const allWorks: readonly [Work, ...Work[]] = [
  {
    name: 'an enrolment',
    isQuick: true,
    prepare: async () => {},
    run: (client, { pictures }, subject) => client.enrol(subject, pictures.person[0]),
    isDone: ({ tokenOf }, subject) => tokenOf(subject) !== null,
  },
  {
    name: 'a face check',
    isQuick: false,
    prepare: makeEnrolled,
    run: async (client, { pictures }, subject) => (await client.checkFace(subject, pictures.person[1])) === 'passed',
    // A later hook call shows whether the check was recorded.
    isDone: () => true,
  },
  {
    name: 'sign-ins',
    isQuick: true,
    async prepare(stage, subject) {
      await makeEnrolled(stage, subject);
      await stage.client.checkFace(subject, stage.pictures.person[1]);
    },
    // Sends four concurrent hook calls, for three events of which one is sent twice. The face check may be accepted for
    // only one event.
    async run(client, _stage, subject) {
      events += 1;
      const calls = ['a', 'a', 'b', 'c'].map((event) => client.callHook(subject, `event-${events}-${event}`));
      return (await Promise.all(calls)).includes('granted');
    },
    isDone: () => true,
  },
  {
    name: 'a revocation',
    isQuick: false,
    prepare: makeEnrolled,
    run: (client, _stage, subject) => client.revoke(subject),
    isDone: ({ tokenOf }, subject) => tokenOf(subject) === null,
  },
];
