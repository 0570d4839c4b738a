import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFolder } from '../folder.js';
import { patienceMs } from '../patience.js';

const program = '/usr/sbin/apache2';
const modules = process.env.APACHE_MODULES_PATH ?? '/usr/lib/apache2/modules';

/** True if Apache with mod_auth_openidc is installed. Otherwise its tests are skipped. */
export const hasApache = existsSync(program) && existsSync(join(modules, 'mod_auth_openidc.so'));

if (!hasApache)
  process.stderr.write(
    `SKIPPING tests with Apache: no mod_auth_openidc at ${modules} (install libapache2-mod-auth-openidc)\n`,
  );

const toConfiguration = (folder: string, port: number, settings: string): string => `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/pid
Listen 127.0.0.1:${port}
${['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'auth_openidc']
  .map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`)
  .join('\n')}
User www-data
Group www-data
ErrorLog ${folder}/error.log
LogLevel warn
DocumentRoot ${folder}/www
${settings}
`;

/**
 * Starts Debian's Apache with an OpenID sign-in. It returns the user in `X-User`.
 * @param settings - additional configuration; `{url}` is Apache's own address
 */
export async function startApache(port: number, settings: string) {
  const folder = createFolder('apache');
  const url = `http://localhost:${port}`;
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www', 'index.html'), 'let in');
  // Apache drops root privileges but still needs to read these files.
  chmodSync(folder, 0o755);
  const file = join(folder, 'apache.conf');
  writeFileSync(file, toConfiguration(folder, port, settings.replaceAll('{url}', url)));
  const child = spawn(program, ['-f', file, '-DFOREGROUND'], {
    stdio: ['ignore', 'ignore', openSync(join(folder, 'stderr'), 'a')],
  });
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
  const logOf = (): string => read('stderr') + read('error.log');
  const lastTry = Date.now() + patienceMs;
  while (!(await fetch(`${url}/favicon.ico`, { redirect: 'manual' }).catch(() => null))) {
    if (child.exitCode !== null || Date.now() > lastTry) throw new Error(`Apache did not start:\n${logOf()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
