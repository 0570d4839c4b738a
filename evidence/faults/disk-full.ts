import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { succeeds } from '../measure/program.js';
import { type Fault, skip } from './fault.js';
import { runOnStage } from './stage.js';

const run = promisify(execFile);

/**
 * Mounts a small file system, or else creates a folder whose file sizes can be limited for a running process
 * (`RLIMIT_FSIZE`). Both allow a partial last write, as a full disk does.
 * @returns `null` if neither is possible
 */
async function openSmallDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-disk-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  if (await succeeds(run('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'tmpfs', folder]))) {
    const filler = join(folder, 'filler');
    return {
      folder,
      means: 'a file system in memory',
      // `dd` ends with an error when the disk is full.
      fill: () => succeeds(run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1024'])),
      free: () => rm(filler),
      async close() {
        await run('umount', [folder]);
        await remove();
      },
    };
  }
  if (!(await succeeds(run('prlimit', ['--version'])))) {
    await remove();
    return null;
  }
  const limit = (pid: number, bytes: string) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  return {
    folder,
    means: 'a limit on the size of files',
    fill: (pid: number) => limit(pid, '2048'),
    free: (pid: number) => limit(pid, 'unlimited'),
    close: remove,
  };
}

async function readinessOf(url: string): Promise<number> {
  // The server caches the result of its test write for three seconds.
  await sleep(3_500);
  return (await fetch(`${url}/readyz/replica`)).status;
}

export const diskFull: Fault = {
  about: 'the disk of the data folder is full, and has room again later',
  async run({ size, say }) {
    const disk = await openSmallDisk();
    if (disk === null) return skip('this machine can neither mount a file system nor run prlimit');
    try {
      return await runOnStage({ folder: disk.folder }, async ({ client, pictures, journal, replicas, createUsers }) => {
        const [staying = '', leaving = '', ...newcomers] = await createUsers(size === 'full' ? 12 : 4);
        for (const user of [staying, leaving]) await client.enrol(user, pictures.person[0]);
        await client.checkFace(staying, pictures.person[1]);
        journal.turnTo('full');
        await disk.fill(replicas[0].pid);
        say(`  full: ${disk.means}`);
        for (const user of newcomers) {
          await client.enrol(user, pictures.person[0]);
          await client.callHook(staying, `full-${user}`);
          await client.checkFace(staying, pictures.person[1]);
        }
        await client.revoke(leaving);
        const whileFull = await readinessOf(replicas[0].url);
        journal.turnTo('with room again');
        await disk.free(replicas[0].pid);
        for (const user of [leaving, ...newcomers]) {
          await client.enrol(user, pictures.person[0]);
          await client.checkFace(user, pictures.person[1]);
          await client.callHook(user, `free-${user}`);
        }
        const statuses = `${whileFull}, then ${await readinessOf(replicas[0].url)}`;
        const invariant = 'a replica that cannot write its audit trail is not ready';
        return {
          enrolled: [staying, leaving, ...newcomers],
          figures: { means: disk.means },
          invariants: [{ invariant, checked: 2, broken: statuses === '503, then 200' ? [] : [statuses] }],
        };
      });
    } finally {
      await disk.close();
    }
  },
};
