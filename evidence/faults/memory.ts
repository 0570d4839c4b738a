import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { residentMiB } from '../bench/measure.js';
import type { Fault, Invariant } from './fault.js';
import { checkInvariants } from './invariants.js';
import { preload } from './preload.js';
import { openStage, type Stage } from './stage.js';

/**
 * Maximum memory of the process: request bodies (src/http/budget.ts), models with their threads, and decoded pictures.
 */
const mostResidentMiB = 1024;

/** Sends megabytes of photos at once, then ends the engine thread. */
export const memory: Fault = {
  about: 'many people send photos of a telephone at once, and the thread of the engine dies',
  async run({ size, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'facestep-memory-'));
    const failing = join(folder, 'end');
    const env = { ...preload('failing-worker'), FAULTS_WORKER_FILE: failing };
    const stage = await openStage({ env: () => env });
    const { client, pictures, journal, replicas } = stage;
    try {
      const users = await stage.createUsers(size === 'full' ? 100 : 12);
      const photo = await toTelephonePhoto(pictures.person[1]);
      await Promise.all(users.map((user) => client.enrol(user, pictures.person[0])));
      for (const user of users) if (stage.tokenOf(user) === null) await client.enrol(user, pictures.person[0]);
      journal.turnTo('all at once');
      const watch = watchMemory(replicas[0].pid);
      const hooks = callHooks(stage, users[0] ?? '', watch);
      for (let round = 0; round < (size === 'full' ? 5 : 1); round += 1) {
        await Promise.all(users.map((user) => client.checkFace(user, photo)));
        say(`  ${users.length} at once, ${watch.mostMiB()} MiB`);
      }
      const mostMiB = watch.end();
      await hooks;

      journal.turnTo('the thread dies');
      await writeFile(failing, '');
      for (const user of users.slice(0, 4)) await client.checkFace(user, photo);
      // The thread that replaces the ended one also exits until the file is removed.
      await rm(failing);
      journal.turnTo('after');
      await untilPassed(stage, users[0] ?? '');
      await client.callHook(users[0] ?? '', 'after');
      const bounded: Invariant = {
        invariant: `the process stays below ${mostResidentMiB} MiB`,
        checked: users.length,
        broken: mostMiB < mostResidentMiB ? [] : [`${mostMiB} MiB`],
      };
      const invariants = await checkInvariants(stage, { enrolled: users });
      const figures = { photoBytes: photo.length, atOnce: users.length, mostResidentMiB: mostMiB };
      return { seen: journal.toSeen(), figures, invariants: [bounded, ...invariants], skipped: [] };
    } finally {
      await stage.close();
      await rm(folder, { recursive: true });
    }
  },
};

/** Scales to 12 megapixels, which are a few megabytes. */
const toTelephonePhoto = (portrait: Uint8Array): Promise<Buffer> =>
  sharp(portrait).resize(4032, 3024, { fit: 'contain', background: '#777777' }).jpeg({ quality: 98 }).toBuffer();

interface Watch {
  isOver(): boolean;
  mostMiB(): number;
  end(): number;
}

function watchMemory(pid: number): Watch {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, Math.round(residentMiB(pid)));
  };
  look();
  let isOver = false;
  const timer = setInterval(look, 200);
  return {
    isOver: () => isOver,
    mostMiB: () => most,
    end() {
      look();
      clearInterval(timer);
      isOver = true;
      return most;
    },
  };
}

async function callHooks({ client }: Stage, user: string, watch: Watch): Promise<void> {
  for (let n = 0; !watch.isOver(); n += 1) {
    await client.callHook(user, `meanwhile-${n}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function untilPassed({ client, pictures }: Stage, user: string): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    if ((await client.checkFace(user, pictures.person[1])) === 'passed') return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
