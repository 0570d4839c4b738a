import { hasRedis, startRedis } from '../../test/redis.js';
import { createChance } from '../statistics/chance.js';
import type { Client } from './client.js';
import { type Fault, type Invariant, skip } from './fault.js';
import { checkInvariants } from './invariants.js';
import { openStage, type Stage } from './stage.js';

/** Kills a replica at random moments of a request, like a power cut, and restarts it. */
export const kill: Fault = {
  about: 'a replica is killed (kill -9) during enrolments, face checks and sign-ins, and started again',
  async run({ size, seed, say }) {
    if (!hasRedis) return skip('there is no Redis for several replicas to share');
    const chance = createChance(`kill ${seed}`);
    const works = size === 'full' ? allWorks : allWorks.filter(({ isQuick }) => isQuick);
    const rounds = size === 'full' ? 60 : works.length;
    const redis = await startRedis();
    const stage = await openStage({ replicas: 2, redisUrl: redis.url });
    try {
      const users = await stage.createUsers(Math.min(rounds, 20));
      const [outsider = ''] = await stage.createUsers(1);
      const untrue: string[] = [];
      let told = 0;
      const perform: Perform = async (work, client, subject) => {
        if (!(await work.run(client, stage, subject))) return;
        told += 1;
        if (!work.isDone(stage, subject)) untrue.push(`${subject}: ${work.name}`);
      };
      const durations = await timeWorks(works, perform, stage, users[0] ?? '');
      for (let round = 0; round < rounds; round += 1) {
        const at = round % works.length;
        const [work, durationMs] = [works[at] ?? allWorks[0], durations[at] ?? 0];
        const subject = users[round % users.length] ?? '';
        stage.journal.turnTo('making ready');
        await work.prepare(stage, subject);
        stage.journal.turnTo(`killed during ${work.name}`);
        const victim = stage.replicas[chance.below(stage.replicas.length)] ?? stage.replicas[0];
        const momentMs = chance.below(durationMs);
        // Half of the clients retry at another replica. The other half only know the killed replica and give up.
        const client = chance.below(2) === 0 ? stage.client : await stage.connectTo([victim.url]);
        const running = perform(work, client, subject);
        await new Promise((resolve) => setTimeout(resolve, momentMs));
        await victim.kill();
        await running;
        await victim.start();
        say(`  round ${round + 1} of ${rounds}: ${victim.name} killed ${momentMs} ms into ${work.name}`);
      }
      stage.journal.turnTo('after');
      for (const user of users) {
        await stage.client.checkFace(user, stage.pictures.person[1]);
        await stage.client.callHook(user, `after-${user}`);
      }
      await stage.client.checkFace(outsider, stage.pictures.stranger);
      const invariants = await checkInvariants(stage, { enrolled: users });
      const kept: Invariant = { invariant: 'what was told to be done is done', checked: told, broken: untrue };
      return {
        seen: stage.journal.toSeen(),
        figures: { rounds, seed },
        invariants: [kept, ...invariants],
        skipped: [],
      };
    } finally {
      await stage.close();
      await redis.stop();
    }
  },
};

interface Work {
  readonly name: string;
  readonly isQuick: boolean;
  prepare(stage: Stage, subject: string): Promise<unknown>;
  /** @returns true if the server reported success */
  run(client: Client, stage: Stage, subject: string): Promise<boolean>;
  isDone(stage: Stage, subject: string): boolean;
}

type Perform = (work: Work, client: Client, subject: string) => Promise<void>;

async function makeEnrolled({ client, pictures, tokenOf }: Stage, subject: string): Promise<void> {
  if (tokenOf(subject) === null) await client.enrol(subject, pictures.person[0]);
}

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

async function timeWorks(
  works: readonly Work[],
  perform: Perform,
  stage: Stage,
  subject: string,
): Promise<readonly number[]> {
  const durations: number[] = [];
  for (const work of works) {
    await work.prepare(stage, subject);
    await perform(work, stage.client, subject);
    await work.prepare(stage, subject);
    const began = performance.now();
    await perform(work, stage.client, subject);
    durations.push(Math.ceil(1.1 * (performance.now() - began)));
  }
  return durations;
}
