import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProfile } from '../../adapters/okta/profile.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { createChance } from '../../evidence/statistics/chance.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { SealedToken } from '../../src/core/concealed.js';
import type { Fetch } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { type Drawn, writeHistory } from './company-history.js';
import { findFreePort } from './free-port.js';
import { quietLog } from './quiet.js';
import { runCli } from './run-command.js';
import { startService } from './service.js';

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
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const okta = await startOktaSimulator();
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const connection = {
    id: connectionId,
    kind: 'okta',
    policy: { mode: 'shadow', whenUnverified: 'deny', organisation: 'Example Company' },
    okta: {
      orgUrl: okta.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { header: 'authorization', value: `Bearer ${randomBytes(24).toString('base64url')}` } },
    },
  };
  const send: Fetch = (url, init) => fetch(url, init);
  const clock = { now: () => epochMs(Date.now()) };
  const settings = oktaConnectionGuard.parse(connection);
  const ports = { fetch: send, log: quietLog };
  const { steps } = createOktaProvisioning({ settings, publicUrl, clock, random: randomBytes, ...ports });
  // Only the first step is applied here. A command applies the other steps once the server runs.
  await steps[0]?.apply();
  const profile = createOktaProfile(settings, ports);
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
  await writeHistory(drawn, { connection: connectionId, file: join(data, 'audit.jsonl'), now: clock.now() });

  const config = join(folder, 'facestep.json');
  await writeFile(config, JSON.stringify({ modelsFolder, publicUrl, connections: [connection] }), { mode: 0o600 });
  const adminKey = `fsa_${randomBytes(24).toString('base64url')}`;
  const env = {
    PORT: String(port),
    FACESTEP_CONFIG: config,
    FACESTEP_DATA: data,
    FACESTEP_ADMIN_KEY: adminKey,
  };
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
