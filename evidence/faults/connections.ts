import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Forked, forkScript } from '../bench/forked.js';
import { residentMiB } from '../bench/measure.js';
import type { Fault } from './fault.js';
import { runOnStage, type Stage } from './stage.js';

const standingGuard = z.object({ opened: z.int(), standing: z.int(), ends: z.record(z.string(), z.int()) });
type Standing = z.infer<typeof standingGuard>;

export const connections: Fault = {
  about: 'thousands of open connections send their headers or bodies byte by byte, while people are served',
  run: ({ size, say }) =>
    runOnStage({}, async (stage) => {
      const isFull = size === 'full';
      const count = isFull ? 10_000 : 1_000;
      const slow = forkScript(new URL('./slow-client.js', import.meta.url));
      const { journal, replicas } = stage;
      try {
        const [user = ''] = await stage.createUsers(1);
        await stage.client.enrol(user, stage.pictures.person[0]);
        await serve(stage, user, 'before', 10);
        const idleMiB = residentMiB(replicas[0].pid);
        await slow.ask({ port: Number(new URL(replicas[0].url).port), connections: count }, standingGuard);
        const open = await until(slow, ({ opened }) => opened >= count, { times: 100, everyMs: 100 });
        say(`  ${open.standing} connections stand`);
        journal.turnTo('with slow connections');
        await serve(stage, user, 'during', isFull ? 100 : 10);
        const heldMiB = residentMiB(replicas[0].pid);
        // The server's timeouts are 10 s for headers and 60 s for requests.
        const wait = { times: isFull ? 18 : 0, everyMs: 5_000 };
        const after = await until(slow, ({ standing }) => standing === 0, wait);
        journal.turnTo('after');
        await serve(stage, user, 'after', 10);
        const closed = {
          invariant: 'the server closed every slow connection',
          checked: after.opened,
          broken: after.standing === 0 ? [] : [`${after.standing} stand`],
        };
        const figures = {
          connections: count,
          standing: open.standing,
          residentMiB: { before: Math.round(idleMiB), with: Math.round(heldMiB) },
          kibPerConnection: Number((((heldMiB - idleMiB) * 1024) / count).toFixed(1)),
          ends: after.ends,
        };
        return { enrolled: [user], figures, invariants: isFull ? [closed] : [] };
      } finally {
        await slow.stop();
      }
    }),
};

async function serve({ client, pictures }: Stage, user: string, label: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await client.checkFace(user, pictures.person[1]);
    await client.callHook(user, `${label}-${n}`);
  }
}

async function until(
  slow: Forked,
  isEnough: (now: Standing) => boolean,
  { times, everyMs }: { readonly times: number; readonly everyMs: number },
): Promise<Standing> {
  for (let waited = 0; ; waited += 1) {
    const now = await slow.ask({}, standingGuard);
    if (waited >= times || isEnough(now)) return now;
    await sleep(everyMs);
  }
}
