import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { findFreePort } from '../../examples/demo/free-port.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { clientSecret, loginOf, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { type Browser, createBrowser, type Seen } from '../../support/fakes/browser.js';
import { eventually } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { endAfterwards } from '../../support/run/for-file.js';
import { type Front, startFront } from '../../support/servers/front.js';

const program = '/usr/sbin/apache2';
const modules = process.env.APACHE_MODULES_PATH ?? '/usr/lib/apache2/modules';

/** True if Apache with mod_auth_openidc is installed. Otherwise its tests are skipped. */
const hasApache = existsSync(program) && existsSync(join(modules, 'mod_auth_openidc.so'));

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
async function startApache(port: number, settings: string) {
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
  await Promise.race([
    eventually(() => fetch(`${url}/favicon.ico`, { redirect: 'manual' })),
    once(child, 'exit').then(() => Promise.reject(new Error(`Apache did not start:\n${logOf()}`))),
  ]);
  return {
    url,
    stop: endAfterwards(async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }),
  };
}

/*
 * The recipe of docs/oidc.md, run: Apache with mod_auth_openidc before a page, for whom a face check lets in.
 */

const shared = (issuer: string): string => `
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID apache
OIDCRedirectURI {url}/callback
OIDCCryptoPassphrase for-this-test-alone
OIDCScope openid
OIDCRemoteUserClaim preferred_username
OIDCPKCEMethod S256
OIDCResponseMode form_post
OIDCCookieSameSite Off
OIDCPathAuthRequestParams login_hint=${loginOf('anna')}
<Location />
  AuthType openid-connect
  Require valid-user
  Header set X-User "expr=%{REMOTE_USER}"
</Location>
<Location /silent>
  OIDCPathAuthRequestParams prompt=none
</Location>
`;
const bySecret = `OIDCClientSecret ${clientSecret}`;

/** Node's fetch says of itself that it is a script's, whom Apache sends nowhere. */
async function openAsNavigation(url: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> {
  const sent = typeof body === 'string' ? body : null;
  const answer = await request(url, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: Object(headers),
    body: sent,
  });
  const names = Object.entries(answer.headers).flatMap(([name, value = '']) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return new Response(await answer.body.text(), { status: answer.statusCode, headers: names });
}

interface Place {
  readonly op: TestIssuer;
  readonly front: Front;
  readonly apache: Awaited<ReturnType<typeof startApache>>;
}

/** Apache and the server it sends people to, each at an address that the other reaches. */
async function start(toSettings: (issuer: string) => string, proof: object = { secret: clientSecret }): Promise<Place> {
  const port = await findFreePort();
  const apachePort = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const redirectUris = [`http://localhost:${apachePort}/callback`];
  const app = { kind: 'relying_party', id: 'apache', ...proof, redirectUris };
  const config = createOidcGuard([]).parse({ clients: [app] });
  const op = await startIssuer({ config, publicUrl });
  const front = await startFront(op.server.origin, { port });
  const apache = await startApache(apachePort, toSettings(op.issuer));
  return { op, front, apache };
}

/** Posts the form with an answer to where it goes, as its script does. */
function bringBack(browser: Browser, { text }: Seen): Promise<Seen> {
  const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(text) ?? [];
  const fields = [...text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = String(new URLSearchParams(Object.fromEntries(fields)));
  return browser.visit(action, { method: 'POST', headers, body });
}

/** From a page of Apache's to the camera, back, and to where Apache then leads. */
async function visit({ op, apache }: Place, path: string, person: string): Promise<Seen> {
  const atApache = createBrowser(openAsNavigation);
  const sent = await atApache.visit(`${apache.url}${path}`);
  const atServer = op.newBrowser();
  const camera = await atServer.follow(sent.headers.get('location') ?? '');
  const shown = await op.show(atServer, camera.url, person);
  const done = await bringBack(atApache, await atServer.follow(shown.returnUrl ?? ''));
  const location = done.headers.get('location');
  return location === null ? done : atApache.visit(location);
}

(hasApache ? describe : describe.skip)('mod_auth_openidc', () => {
  test('signs a user in after a face check and passes the login to the page', async () => {
    const place = await start((issuer) => shared(issuer) + bySecret);
    await place.op.enrol('anna');
    const page = await visit(place, '/index.html', 'anna');
    expect([page.status, page.text, page.headers.get('x-user')]).toEqual([200, 'let in', loginOf('anna')]);
  });
});
