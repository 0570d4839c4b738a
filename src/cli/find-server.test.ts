import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runHere } from '../../support/benches/cli.js';
import { createFolder } from '../../support/run/folder.js';
import { adminKey as key, startApiServer } from '../../support/servers/api-server.js';

/* Commands find the server and its key in variables, the configuration, or a login. */

const top = createFolder('find-server');
let folders = 0;

const server = await startApiServer();

const home = (): Record<string, string> => ({ XDG_CONFIG_HOME: join(top, String(++folders)) });
const fileOf = (env: Record<string, string>) => join(env.XDG_CONFIG_HOME!, 'facestep', 'login.json');

function configure(settings: object): Record<string, string> {
  const file = join(top, `config-${++folders}.json`);
  writeFileSync(file, JSON.stringify(settings));
  return { FACESTEP_CONFIG: file };
}

const ownSettings = () => ({ port: Number(new URL(server.origin).port), adminKey: key });

test('login stores address and key readable only by this account and prints no key; logout removes them', async () => {
  const env = home();
  const login = await runHere(['login', `${server.origin}/`], env, { secret: key });
  expect(login).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining(`Logged in at ${server.origin}`),
  });
  expect(login.stderr).not.toContain(key);
  expect(JSON.parse(readFileSync(fileOf(env), 'utf8'))).toEqual({ url: server.origin, key });
  expect(statSync(fileOf(env)).mode & 0o777).toBe(0o600);
  expect(JSON.parse((await runHere(['status', '--json'], env)).stdout)).toMatchObject({
    url: server.origin,
    ready: true,
  });
  expect((await runHere(['api', 'GET', '/jobs'], env)).code).toBe(0);
  await runHere(['logout'], env);
  expect(existsSync(fileOf(env))).toBe(false);
});

test('login does not store a wrong key', async () => {
  const env = home();
  await expect(runHere(['login', server.origin], env, { secret: `fsa_${'x'.repeat(43)}` })).rejects.toMatchObject({
    code: 'caller_untrusted',
  });
  expect(existsSync(fileOf(env))).toBe(false);
});

test('a login file that other accounts can read is refused', async () => {
  const env = home();
  mkdirSync(join(env.XDG_CONFIG_HOME!, 'facestep'), { recursive: true });
  writeFileSync(fileOf(env), JSON.stringify({ url: server.origin, key }));
  chmodSync(fileOf(env), 0o644);
  expect(await runHere(['status'], env)).toMatchObject({ code: 2, stderr: expect.stringContaining('chmod 600') });
});

test('the stored key is sent only to the address of its login', async () => {
  const login = home();
  await runHere(['login', server.origin], login, { secret: key });
  const asked: string[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    asked.push(`${url} ${new Headers(init.headers).get('x-admin-key') ?? '-'}`);
    return Response.json({ ok: true, connections: [] });
  };
  for (const env of [login, configure(ownSettings())]) {
    const elsewhere = { ...env, FACESTEP_URL: 'https://other.example' };
    const said = await runHere(['api', 'GET', '/jobs'], elsewhere, { fetch });
    expect(said).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^Error: No administrator key for https:\/\/other\.example\.\nFix: Run “facestep login/,
      ),
    });
  }
  expect(asked).toEqual([]);
});
