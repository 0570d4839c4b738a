import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { startProviders } from '../../examples/demo/providers.js';
import { runCli } from '../../examples/demo/run-command.js';
import { newAdminKey } from '../../examples/demo/service.js';
import { simulations } from '../../simulators/simulations.js';
import { modelsFolder } from '../../support/run/paths.js';
import { withFolder } from '../measure/program.js';
import { createClient } from './client.js';
import { createJournal, type Fault, type Finding } from './fault.js';
import { preload } from './stage.js';

/** More checks than a lockout needs. */
const checks = 6;

export const lost: Fault = {
  about: 'each provider loses an enrolled user, or the token of the user, and recovers it',
  run: ({ say }) => withFolder('lost', async (folder) => loseAtEach(folder, await loadPictures(), say)),
};

async function loseAtEach(folder: string, pictures: Pictures, say: (line: string) => void): Promise<Finding> {
  const adminKey = newAdminKey();
  const clockFile = join(folder, 'clock');
  const stage = { folder, adminKey, modelsFolder, preloaded: preload({ FAULTS_CLOCK_FILE: clockFile }) };
  const { simulated, env, service, close } = await startProviders(Object.keys(simulations), stage);
  const journal = createJournal();
  const passed: string[] = [];
  const lockedOut: string[] = [];
  try {
    for (const { kind, simulation } of simulated) {
      const { code, stderr } = await runCli(['provision', kind, '--apply', '--yes'], env);
      if (code !== 0) throw new Error(`not provisioned: ${stderr}`);
      const client = createClient({ urls: [service.url], adminKey, hookSecret: '', connection: kind, journal });
      await client.signIn();
      const subject = simulation.users[0]?.subject ?? '';
      await writeFile(clockFile, '0');
      await client.enrol(subject, pictures.person[0]);
      // For a minute after the write, reads wait for the new token.
      await writeFile(clockFile, '61000');
      for (const what of ['the user', 'the token'] as const) {
        journal.turnTo(`${kind} loses ${what}`);
        say(`  ${kind} loses ${what}`);
        const restore = simulation.lose(subject, what);
        for (let n = 0; n < checks; n += 1)
          if ((await client.checkFace(subject, pictures.person[1])) === 'passed') passed.push(`${kind}, ${what}`);
        restore();
        journal.turnTo('back');
        const end = await client.checkFace(subject, pictures.person[1]);
        if (end !== 'passed') lockedOut.push(`${kind}, ${what}: ${end}`);
      }
    }
  } finally {
    await close();
  }
  const cases = 2 * simulated.length;
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
