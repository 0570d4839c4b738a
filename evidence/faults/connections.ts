import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { residentMiB } from '../bench/measure.js';
import type { Fault, Invariant } from './fault.js';
import { checkInvariants } from './invariants.js';
import { openStage, type Stage } from './stage.js';

const standingGuard = z.object({ opened: z.int(), standing: z.int(), ends: z.record(z.string(), z.int()) });

export const connections: Fault = {
  about: 'thousands of open connections send their headers or bodies byte by byte, while people are served',
  async run({ size, say }) {
    const count = size === 'full' ? 10_000 : 1_000;
    const stage = await openStage();
    const slow = fork(fileURLToPath(new URL('./slow-client.js', import.meta.url)));
    const { journal, replicas } = stage;
    try {
      const [user = ''] = await stage.createUsers(1);
      await stage.client.enrol(user, stage.pictures.person[0]);
      await serve(stage, user, 'before', 10);
      const idleMiB = residentMiB(replicas[0].pid);
      slow.send({ port: Number(new URL(replicas[0].url).port), connections: count });
      const open = await untilOpen(slow, count);
      say(`  ${open.standing} connections stand`);
      journal.turnTo('with slow connections');
      await serve(stage, user, 'during', size === 'full' ? 100 : 10);
      const held = await ask(slow);
      const heldMiB = residentMiB(replicas[0].pid);
      const figures = {
        connections: count,
        standing: open.standing,
        residentMiB: { before: Math.round(idleMiB), with: Math.round(heldMiB) },
        kibPerConnection: Number((((heldMiB - idleMiB) * 1024) / count).toFixed(1)),
      };
      // The server's timeouts are 10 s for headers and 60 s for requests.
      const after = size === 'full' ? await untilClosed(slow, say) : held;
      journal.turnTo('after');
      await serve(stage, user, 'after', 10);
      const closed: Invariant = {
        invariant: 'every slow connection was ended by the server',
        checked: after.opened,
        broken: after.standing === 0 ? [] : [`${after.standing} stand`],
      };
      const invariants = await checkInvariants(stage, { enrolled: [user] });
      return {
        seen: journal.toSeen(),
        figures: { ...figures, ends: after.ends },
        invariants: size === 'full' ? [closed, ...invariants] : invariants,
        skipped: [],
      };
    } finally {
      slow.kill();
      await stage.close();
    }
  },
};

async function serve({ client, pictures }: Stage, user: string, label: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await client.checkFace(user, pictures.person[1]);
    await client.callHook(user, `${label}-${n}`);
  }
}

async function ask(slow: ChildProcess): Promise<z.infer<typeof standingGuard>> {
  const answer = once(slow, 'message');
  slow.send('how many?');
  const [message] = await answer;
  return standingGuard.parse(message);
}

async function untilOpen(slow: ChildProcess, count: number): Promise<z.infer<typeof standingGuard>> {
  for (let waited = 0; waited < 100; waited += 1) {
    const now = await ask(slow);
    if (now.opened >= count) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return ask(slow);
}

async function untilClosed(slow: ChildProcess, say: (line: string) => void) {
  for (let waitedSec = 0; waitedSec < 90; waitedSec += 5) {
    const now = await ask(slow);
    say(`  ${now.standing} connections stand after ${waitedSec} s`);
    if (now.standing === 0) return now;
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
  return ask(slow);
}
