import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { connectionGuards } from '../../adapters/index.js';
import { counterGuard } from '../../src/config/counter.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { createConfigGuard } from '../../src/config/schema.js';
import { projectRoot } from '../paths.js';
import { numbersOn, openPhone } from './counter-bench.js';
import { clientSecret, createKeysFolder, startIssuer, type TestIssuer } from './issuer.js';

/*
 * What docs/in-person.md says, done to the letter: its configuration, and its program with openid-client, over sockets.
 * Addresses and secrets alone are others.
 */

const page = readFileSync(join(projectRoot, 'docs/in-person.md'), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

interface Program {
  begin(shownCode?: string): Promise<client.DeviceAuthorizationResponse>;
  ask(check: object, number?: string): Promise<Record<string, unknown>>;
}

const written = JSON.parse(
  blockOf('json')
    .replace('{ "env": "SCIM_TOKEN" }', '"a-token-of-the-directory"')
    .replace('{ "env": "DESK_SECRET" }', JSON.stringify(clientSecret)),
);

let keys: Awaited<ReturnType<typeof createKeysFolder>>;
let op: TestIssuer;
let program: Program;
beforeAll(async () => {
  keys = await createKeysFolder();
  const config = createOidcGuard().parse(written.connections[0].oidc);
  op = await startIssuer({ keysFile: keys.file, config });
  await op.enrol('anna');
  const code = blockOf('js')
    .replace("import * as client from 'openid-client';", '')
    .replace('https://face.example.com/oidc/people', op.issuer)
    .replace('export const begin', 'const begin')
    .replace('export async function', 'async function');
  // Over the address that stands in the page: the server is elsewhere.
  const reaching = {
    ...client,
    discovery: (...[server, id, metadata, auth]: Parameters<typeof client.discovery>) =>
      client.discovery(server, id, metadata, auth, {
        [client.customFetch]: (url, init) => op.open(url, { ...init, body: init.body ?? null }),
      }),
  };
  const environment = { env: { DESK_SECRET: clientSecret } };
  const run = new Function('client', 'process', `return (async () => { ${code}\nreturn { begin, ask }; })();`);
  program = await run(reaching, environment);
});
afterAll(async () => {
  await op.stop();
  await keys.remove();
});

test('its configuration is one, and its table has every setting', () => {
  expect(createConfigGuard(connectionGuards).parse(written).connections).toHaveLength(1);
  for (const setting of Object.keys(counterGuard.shape))
    expect(page).toMatch(new RegExp(`^\\| .*\`${setting}\`.*\\|`, 'm'));
});

test('its program is told who passed, both ways round', async () => {
  for (const showsItsOwn of [false, true]) {
    const phone = openPhone(op);
    const mine = showsItsOwn ? await phone.post(`${op.issuer}/counter`, { decision: 'show' }) : null;
    const [, shownCode] = /class="number" dir="ltr">(\d{4} \d{4})</.exec(mine?.text ?? '') ?? [];
    const check = await program.begin(shownCode);
    const opened = await phone.open(mine?.url ?? String(check.verification_uri_complete));
    const state = await program.ask(check);
    expect(state).toMatchObject({ state: 'opened', number: expect.any(String) });
    const asked = await phone.choose(opened, String(state.number));
    await phone.agree(await phone.showFace(asked, 'anna'));
    const { shown } = numbersOn(opened);
    expect(await program.ask(check)).toMatchObject({ state: 'checking' });
    expect(await program.ask(check, shown)).toMatchObject({ state: 'verified', person: { sub: 'anna' } });
  }
});

test('its program is told no more than access_denied of a wrong number', async () => {
  const check = await program.begin();
  await openPhone(op).open(String(check.verification_uri_complete));
  expect(await program.ask(check, 'none')).toEqual({ state: 'access_denied' });
});
