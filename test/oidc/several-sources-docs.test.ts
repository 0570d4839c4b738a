import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defaultPolicy } from '../core.js';
import { blocksOf, readPage } from '../page.js';
import { createMemoryProfile, loginOf } from '../simulated-profile.js';
import { configurationOf, joseOver, listenForCallback, openIdClientOver, runProgram } from './documented.js';
import { startIssuer, type TestIssuer } from './issuer.js';
import { agreeTo, link } from './several-sources-bench.js';

/* What docs/several-sources.md says, done to the letter: its configuration, and its program with openid-client and jose. */

const page = readPage('docs/several-sources.md');
const environment = { BANK_SECRET: 'a-secret-of-the-bank-0123456789abcdef' };
const publicUrl = 'https://face.example.com';

const finished = z.object({
  told: z.looseObject({ _claim_status: z.record(z.string(), z.string()) }),
  signed: z.record(z.string(), z.unknown()),
});

interface Program {
  begin(): Promise<{ started: object; url: URL }>;
  finish(address: string, started: object): Promise<unknown>;
}

let party: Awaited<ReturnType<typeof listenForCallback>>;
let op: TestIssuer;
let program: Program;
const payroll = { ...createMemoryProfile(['a-17']), claimNames: new Set(['annual_income']) };
beforeAll(async () => {
  party = await listenForCallback();
  const addresses = { 'https://bank.example.com/callback': party.redirectUri };
  const secrets = { ...environment, SCIM_TOKEN: 'a-token-of-the-directory', PAYROLL_TOKEN: 'a-token-of-the-payroll' };
  const { connections } = configurationOf(page, secrets, addresses);
  const [work, other] = connections;
  const config = work?.oidc;
  if (config === null || config === undefined || other === undefined) throw new Error('the page has two connections');
  const { organisation } = other.policy;
  op = await startIssuer({
    ...{ publicUrl, config, policy: { organisation: work?.policy.organisation ?? null } },
    sources: [
      {
        ...{ id: other.id, kind: 'memory', profile: payroll, openStepUpRequest: null },
        policy: { ...defaultPolicy, organisation },
      },
    ],
  });
  op.profile.details.set('anna', { name: 'Anna Example' });
  payroll.details.set('a-17', { annual_income: 54_000 });
  await op.enrol('anna');
  await op.enrol('a-17', 'anna', 'payroll');

  const modules = { client: openIdClientOver(op.open), jose: joseOver(op.open) };
  program = await runProgram<Program>(page, { modules, exported: ['begin', 'finish'], environment, addresses });
});
afterAll(async () => {
  await op.stop();
  party.close();
});

/** From the start of the program to the page on which the person agrees. */
async function go() {
  const { started, url } = await program.begin();
  const browser = op.newBrowser();
  const asked = await browser.follow(url.href);
  const body = new URLSearchParams({ username: loginOf('anna') });
  const camera = await browser.follow(asked.url, { method: 'POST', body });
  const { returnUrl } = await op.show(browser, camera.url, 'anna');
  const consent = await browser.follow(String(returnUrl));
  return { started, shown: { browser, page: consent, interactionUrl: String(returnUrl) } };
}

test('its configuration and its program get what two sources tell, and check what the other one signed', async () => {
  const { started, shown } = await go();
  for (const text of ['City Bank', 'Example Payroll: your account is not linked', 'To see how much we can lend you'])
    expect(shown.page.text).toContain(text);
  const linked = await link(op, shown, { source: 'payroll', subject: 'a-17' });
  for (const text of ['Income of a year', '54000', 'Anna Example', 'Example Company'])
    expect(linked.page.text).toContain(text);
  const back = await agreeTo(linked);
  const { told, signed } = finished.parse(await program.finish(back.url, started));
  expect(told).toMatchObject({ sub: 'anna', name: 'Anna Example', annual_income: 54_000 });
  expect(signed).toEqual({ annual_income: 54_000 });
  // What the page says that UserInfo has.
  const documented = z.record(z.string(), z.unknown()).parse(JSON.parse(blocksOf(page, 'json')[1] ?? ''));
  expect(Object.keys(told).toSorted()).toEqual([...Object.keys(documented), 'presence'].toSorted());
  expect(told._claim_status).toEqual(documented._claim_status);
});
