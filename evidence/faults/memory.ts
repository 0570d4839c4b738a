import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { peakMiB } from '../bench/measure.js';
import type { Fault } from './fault.js';
import { runOnStage, type Stage } from './stage.js';

/**
 * Maximum memory of the process: request bodies (src/http/request-budget.ts), models with their threads, and decoded pictures.
 */
const mostResidentMiB = 1024;

export const memory: Fault = {
  about: 'many people send photos of a telephone at once, and the process that parses them dies',
  run: ({ size, say }) =>
    runOnStage({}, async (stage) => {
      const { client, pictures, journal } = stage;
      const users = await stage.createUsers(size === 'full' ? 100 : 12);
      const photo = await toTelephonePhoto(pictures.person[1]);
      await Promise.all(users.map((user) => client.enrol(user, pictures.person[0])));
      await stage.enrolMissing(users);
      journal.turnTo('all at once');
      const mostMiB = await watchMemory(stage, users[0] ?? '', async () => {
        for (let round = 0; round < (size === 'full' ? 5 : 1); round += 1) {
          await Promise.all(users.map((user) => client.checkFace(user, photo)));
          say(`  ${users.length} at once`);
        }
      });

      journal.turnTo('the process dies');
      const killing = setInterval(() => void killStarted(stage.replicas[0].pid), 50);
      for (const user of users.slice(0, 4)) await client.checkFace(user, photo);
      clearInterval(killing);
      journal.turnTo('after');
      for (let tries = 0; tries < 20; tries += 1) {
        if ((await client.checkFace(users[0] ?? '', pictures.person[1])) === 'passed') break;
        await sleep(250);
      }
      await client.callHook(users[0] ?? '', 'after');
      const bounded = {
        invariant: `the process stays below ${mostResidentMiB} MiB`,
        checked: users.length,
        broken: mostMiB < mostResidentMiB ? [] : [`${mostMiB} MiB`],
      };
      const figures = { photoBytes: photo.length, atOnce: users.length, mostResidentMiB: mostMiB };
      return { enrolled: users, figures, invariants: [bounded] };
    }),
};

/** Kills the processes that the server started: those that parse pictures, also in place of a killed one. */
async function killStarted(pid: number): Promise<void> {
  const started = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  for (const child of started.trim().split(' ').filter(Boolean)) process.kill(Number(child), 'SIGKILL');
}

/** Scales to 12 megapixels, which are a few megabytes. */
const toTelephonePhoto = (portrait: Uint8Array): Promise<Buffer> =>
  sharp(portrait).resize(4032, 3024, { fit: 'contain', background: '#777777' }).jpeg({ quality: 98 }).toBuffer();

/** @returns the greatest memory of the server, which also answers hooks, while the work lasts */
async function watchMemory({ client, replicas }: Stage, user: string, work: () => Promise<void>): Promise<number> {
  let isOver = false;
  const callHooks = async (): Promise<void> => {
    for (let n = 0; !isOver; n += 1) {
      await client.callHook(user, `meanwhile-${n}`);
      await sleep(50);
    }
  };
  const hooks = callHooks();
  const most = await peakMiB(replicas[0].pid, work);
  isOver = true;
  await hooks;
  return most;
}
