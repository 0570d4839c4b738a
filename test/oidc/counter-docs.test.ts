import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DeviceAuthorizationResponse } from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import { readPage } from '../page.js';
import { numbersOn, openPhone } from './counter-bench.js';
import { configurationOf, openIdClientOver, runProgram } from './documented.js';
import { clientSecret, startIssuer, type TestIssuer } from './issuer.js';

/*
 * What docs/in-person.md says, done to the letter: its configuration, and its program with openid-client, over sockets.
 * Addresses and secrets alone are others.
 */

const page = readPage('docs/in-person.md');
const environment = { DESK_SECRET: clientSecret };

interface Program {
  begin(shownCode?: string): Promise<DeviceAuthorizationResponse>;
  ask(check: object, number?: string): Promise<Record<string, unknown>>;
}

const { written } = configurationOf(page, { ...environment, SCIM_TOKEN: 'a-token-of-the-directory' });

let op: TestIssuer;
let program: Program;
beforeAll(async () => {
  const config = createOidcGuard().parse(written.connections[0].oidc);
  op = await startIssuer({ config });
  await op.enrol('anna');
  program = await runProgram<Program>(page, {
    ...{ modules: { client: openIdClientOver(op.open) }, exported: ['begin', 'ask'], environment },
    addresses: { 'https://face.example.com/oidc/people': op.issuer },
  });
});
afterAll(async () => {
  await op.stop();
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
