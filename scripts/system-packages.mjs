// Installs missing system packages for tests: a browser, a Redis server.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const programs = [
  {
    path: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    package: 'chromium',
    what: 'browser',
    variable: 'CHROMIUM_PATH',
    skipped: 'the tests in a browser',
  },
  {
    path: process.env.REDIS_SERVER_PATH ?? '/usr/bin/redis-server',
    package: 'redis-server',
    what: 'Redis server',
    variable: 'REDIS_SERVER_PATH',
    skipped: 'the tests on Redis',
  },
  {
    path: process.env.SLAPD_PATH ?? '/usr/sbin/slapd',
    package: 'slapd',
    what: 'OpenLDAP server',
    variable: 'SLAPD_PATH',
    skipped: 'the tests on OpenLDAP',
  },
  {
    path: `${process.env.APACHE_MODULES_PATH ?? '/usr/lib/apache2/modules'}/mod_auth_openidc.so`,
    package: 'libapache2-mod-auth-openidc',
    what: 'module of Apache for OpenID Connect',
    variable: 'APACHE_MODULES_PATH',
    skipped: 'the tests with Apache',
  },
  {
    path: '/usr/bin/buildah',
    package: 'buildah',
    what: 'builder of images',
    variable: null,
    skipped: 'the container image',
  },
  {
    path: '/usr/bin/mmdebstrap',
    package: 'mmdebstrap',
    what: 'maker of file systems',
    variable: null,
    skipped: 'the container image',
  },
  {
    path: '/usr/bin/unzip',
    package: 'unzip',
    what: 'program for ZIP archives',
    variable: null,
    skipped: 'the Helm chart',
  },
];

const apt = (...args) =>
  spawnSync('apt-get', args, {
    stdio: 'ignore',
    // Installed packages must not start services.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }).status === 0;

/** Installs missing programs. If a program is still missing, the tests that need it are skipped. */
export function installPrograms(names, say) {
  const isMissing = ({ path }) => !existsSync(path);
  const missing = programs.filter((each) => names.includes(each.package) && isMissing(each));
  if (missing.length === 0) return [];
  // If a variable names a missing path, report that instead of installing the package.
  const packages = missing
    .filter(({ variable }) => process.env[variable ?? ''] === undefined)
    .map((each) => each.package);
  if (packages.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`Installing from the packages of this system (apt-get install ${packages.join(' ')})…`);
    if (!apt('install', '-y', '--no-install-recommends', ...packages)) {
      apt('update');
      apt('install', '-y', '--no-install-recommends', ...packages);
    }
  }
  const left = missing.filter(isMissing);
  for (const { path, what, variable, skipped, package: name } of left)
    say(
      `No ${what} at ${path}: ${skipped} will be skipped. Install ${name}${variable === null ? '' : `, or set ${variable}`}.`,
    );
  return left.map((each) => each.package);
}
