import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { retryUntilDone } from '../../src/core/resilience.js';

const executablePath = '/usr/sbin/samba';

/** A domain controller has fixed ports, which only root may open. */
export const hasSamba =
  existsSync(executablePath) && existsSync('/usr/share/samba/setup/ad-schema') && process.getuid?.() === 0;

if (!hasSamba)
  process.stderr.write(
    'SKIPPING tests on Active Directory: they need root, and the packages samba, samba-dsdb-modules and samba-ad-provision\n',
  );

const password = 'Passw0rd!of-the-tests';

export type Samba = Awaited<ReturnType<typeof startSamba>>;

/** Starts Samba as a domain controller of Active Directory on this machine, with a service account. */
export async function startSamba() {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-samba-'));
  const config = join(folder, 'etc/smb.conf');
  const administer = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('samba-tool', args, { encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`samba-tool ${args.join(' ')} failed:\n${stdout}${stderr}`);
    return stdout;
  };
  const domain = ['--realm=AD.EXAMPLE.COM', '--domain=AD', '--host-ip=127.0.0.1', '--host-name=dc1'];
  const role = ['--server-role=dc', '--dns-backend=NONE', `--adminpass=${password}`, `--targetdir=${folder}`];
  administer('domain', 'provision', ...domain, ...role);
  const { cert, key } = await createSelfSigned('rsa');
  for (const [name, text] of Object.entries({ cert, key }))
    writeFileSync(join(folder, `${name}.pem`), text, { mode: 0o600 });
  const options = {
    'server services': 'ldap',
    interfaces: 'lo',
    'bind interfaces only': 'yes',
    'tls certfile': join(folder, 'cert.pem'),
    'tls keyfile': join(folder, 'key.pem'),
    'tls cafile': join(folder, 'cert.pem'),
  };
  const child = spawn(
    executablePath,
    [
      '-F',
      '--no-process-group',
      '-s',
      config,
      ...Object.entries(options).map(([name, value]) => `--option=${name}=${value}`),
    ],
    { stdio: 'ignore', detached: true },
  );
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  process.once('exit', end);
  const knock = async (): Promise<void> => {
    const socket = connect(636, '127.0.0.1');
    await once(socket, 'connect').finally(() => socket.destroy());
  };
  await retryUntilDone(knock, () => {}, { backOff: { firstMs: 100, longestMs: 500 } });
  const onDatabase = ['-H', join(folder, 'private/sam.ldb'), '-s', config];
  const edit = (...args: readonly string[]): string => administer(...args, ...onDatabase);
  edit('user', 'create', 'facestep', password);
  return {
    cert,
    edit,
    password,
    settings: {
      directory: 'active_directory',
      urls: ['ldaps://127.0.0.1'],
      ca: cert,
      bindDn: 'facestep@ad.example.com',
      password,
      baseDn: 'dc=ad,dc=example,dc=com',
      attribute: 'employeeType',
    },
    /** Grants the service account the right to change `employeeType` of users. */
    grant(): void {
      const [, sid] = /objectSid: (\S+)/.exec(edit('user', 'show', 'facestep', '--attributes=objectSid')) ?? [];
      const [employeeType, user] = [
        'a8df73f0-c5ea-11d1-bbcb-0080c76670c0',
        'bf967aba-0de6-11d0-a285-00aa003049e2',
      ] as const;
      const sddl = `(OA;CIIO;WP;${employeeType};${user};${sid})`;
      edit('dsacl', 'set', '--objectdn=DC=ad,DC=example,DC=com', `--sddl=${sddl}`);
    },
    async close() {
      end();
      process.off('exit', end);
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
