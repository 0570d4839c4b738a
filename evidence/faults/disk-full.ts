import { type Fault, skip } from './fault.js';
import { openSmallDisk } from './small-disk.js';
import { runOnStage } from './stage.js';

/** Fills the disk of audit log and state store, then frees it. */
export const diskFull: Fault = {
  about: 'the disk of the data folder is full, and has room again later',
  async run({ size, say }) {
    const disk = await openSmallDisk();
    if (disk === null) return skip('no file system can be mounted here, and there is no prlimit');
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
        journal.turnTo('with room again');
        await disk.free(replicas[0].pid);
        for (const user of [leaving, ...newcomers]) {
          await client.enrol(user, pictures.person[0]);
          await client.checkFace(user, pictures.person[1]);
          await client.callHook(user, `free-${user}`);
        }
        return { enrolled: [staying, leaving, ...newcomers], figures: { means: disk.means } };
      });
    } finally {
      await disk.close();
    }
  },
};
