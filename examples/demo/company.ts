import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChance } from '../../src/core/base/chance.js';
import { SealedToken } from '../../src/core/concealed.js';
import { type Drawn, writeHistory } from './company-history.js';
import { findFreePort } from './free-port.js';
import { connectOrg, startOrg, systemClock } from './okta-org.js';
import { runCli } from './run-command.js';
import { configure, newAdminKey, startService } from './service.js';

export interface Company {
  readonly consoleUrl: string;
  readonly adminKey: string;
  readonly people: number;
  readonly enrolled: number;
  close(): Promise<void>;
}

const connectionId = 'company';
const isEnrolled = (at: number): boolean => at % 4 !== 3;

/** Starts a server and a simulated Okta org with generated people, whose face tokens are not valid. */
export async function startCompany(people: number, modelsFolder: string): Promise<Company> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-company-'));
  const org = await startOrg();
  const { okta } = org;
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const connection = {
    id: connectionId,
    kind: 'okta',
    policy: { mode: 'shadow', whenUnverified: 'deny', organisation: 'Example Company' },
    okta: org.settings,
  };
  const { profile, steps } = connectOrg(connection, publicUrl);
  // Only the first step is applied here. A command applies the other steps once the server runs.
  await steps[0]?.apply();
  const chance = createChance('tokens of a company');
  const drawn: Drawn[] = [];
  for (let at = 0; at < people; at += 1) {
    const number = String(at + 1).padStart(3, '0');
    const login = `person-${number}@example.com`;
    const subject = await okta.createUser({ login, password: 'drawn', firstName: 'Person', lastName: number });
    if (isEnrolled(at)) {
      const token = `fv1.${Buffer.from(chance.bytes(180)).toString('base64url')}`;
      await profile.writeToken(subject, new SealedToken(token));
    }
    drawn.push({ subject, isEnrolled: isEnrolled(at) });
  }
  const adminKey = newAdminKey();
  const written = { modelsFolder, publicUrl, connections: [connection] };
  const env = await configure(folder, written, { port: String(port), adminKey });
  await mkdir(env.FACESTEP_DATA, { mode: 0o700 });
  const history = join(env.FACESTEP_DATA, 'audit.jsonl');
  await writeHistory(drawn, { connection: connectionId, file: history, now: systemClock.now() });
  const service = await startService(env);
  for (const args of [
    ['ledger', 'rebuild'],
    ['provision', connectionId, '--apply', '--yes'],
  ]) {
    const { code, stderr } = await runCli(args, env);
    if (code !== 0) throw new Error(`facestep ${args.join(' ')}: ${stderr}`);
  }
  return {
    consoleUrl: `${publicUrl}/console`,
    adminKey,
    people,
    enrolled: drawn.filter((each) => each.isEnrolled).length,
    async close() {
      await service.stop();
      await okta.close();
      await rm(folder, { recursive: true });
    },
  };
}
