import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { runCli } from '../../examples/demo/run-command.js';
import { configure, newAdminKey, startService } from '../../examples/demo/service.js';
import type { Lost } from '../../simulators/simulation.js';
import { simulations } from '../../simulators/simulations.js';
import { modelsFolder } from '../../support/run/paths.js';
import { withFolder } from '../measure/program.js';
import { createClient } from './client.js';
import { createJournal, type Fault, type Finding } from './fault.js';
import { preload } from './stage.js';

/** More checks than a lockout needs. */
const checks = 6;

/** Until then, each read waits for the new token. */
const afterWriteMs = 61_000;

export const lost: Fault = {
  about: 'each provider loses an enrolled user, or the token of the user, and recovers it',
  run: ({ say }) => withFolder('lost', async (folder) => loseAtEach(folder, await loadPictures(), say)),
};

async function loseAtEach(folder: string, pictures: Pictures, say: (line: string) => void): Promise<Finding> {
  const adminKey = newAdminKey();
  const port = String(await findFreePort());
  const serverUrl = `http://127.0.0.1:${port}`;
  const opened = await Promise.all(
    Object.entries(simulations).map(async ([kind, open]) => {
      const start = await open();
      return { kind, provider: await start({ port: 0, connection: kind, serverUrl }) };
    }),
  );
  const connections = opened.map(({ kind, provider: { settings } }) => {
    return { id: kind, kind, policy: { mode: 'enforce', liveness: 'off' }, [kind]: settings };
  });
  const clockFile = join(folder, 'clock');
  const settings = { modelsFolder, publicUrl: serverUrl, verifier: { kind: 'embedded', workers: 1 }, connections };
  const env = {
    ...Object.fromEntries(opened.flatMap(({ provider }) => Object.entries(provider.environment))),
    ...(await configure(folder, settings, { port, adminKey })),
  };
  const service = await startService({ ...env, ...preload({ FAULTS_CLOCK_FILE: clockFile }) });
  const journal = createJournal();
  const passed: string[] = [];
  const lockedOut: string[] = [];
  try {
    for (const { kind, provider } of opened) {
      const { code, stderr } = await runCli(['provision', kind, '--apply', '--yes'], env);
      if (code !== 0) throw new Error(`not provisioned: ${stderr}`);
      const own = { urls: [service.url], adminKey, hookSecret: '', connection: kind, journal };
      const client = createClient({ ...own, passedOrUntold: new Set(), openRevocations: new Set() });
      await client.signIn();
      const subject = provider.users[0]?.subject ?? '';
      await writeFile(clockFile, '0');
      journal.turnTo('before');
      await client.enrol(subject, pictures.person[0]);
      await writeFile(clockFile, String(afterWriteMs));
      for (const what of ['the user', 'the token'] as const satisfies readonly Lost[]) {
        journal.turnTo(`${kind} loses ${what}`);
        say(`  ${kind} loses ${what}`);
        const restore = provider.lose(subject, what);
        for (let n = 0; n < checks; n += 1)
          if ((await client.checkFace(subject, pictures.person[1])) === 'passed') passed.push(`${kind}, ${what}`);
        restore();
        journal.turnTo('back');
        const end = await client.checkFace(subject, pictures.person[1]);
        if (end !== 'passed') lockedOut.push(`${kind}, ${what}: ${end}`);
      }
    }
  } finally {
    await service.stop();
    for (const { provider } of opened) await provider.close();
  }
  const cases = 2 * opened.length;
  return {
    seen: journal.toSeen(),
    figures: {},
    invariants: [
      { invariant: 'no check passes without a token', checked: cases * checks, broken: passed },
      { invariant: 'no user is locked out by the loss', checked: cases, broken: lockedOut },
    ],
    skipped: [],
  };
}
