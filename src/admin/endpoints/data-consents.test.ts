import { beforeEach, expect, test } from '@jest/globals';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import { startIssuer, type TestIssuer } from '../../../support/benches/issuer.js';
import { adminKey } from '../../../support/servers/api-server.js';
import { agree, askAndShow, details, registration, toConfig } from '../../../test/oidc/consented-data-bench.js';
import { readDataConsents } from '../../core/consented-data/consents.js';

/* Who may end what a person lets clients be told: they themselves, and an administrator; and what is left of it then. */

let op: TestIssuer;
beforeEach(async () => {
  op = await startIssuer({ config: toConfig(registration, { ...registration, id: 'other' }) });
  op.profile.details.set('anna', details);
  await op.enrol('anna');
});

const anna = { connection: 'work', subject: 'anna' };
const admin = { 'x-admin-key': adminKey };
const asked = { scope: 'openid email phone' };
const clients = async () => (await readDataConsents(anna, op.server.deps)).map(({ client }) => client);
const withdrawals = () =>
  op.server.audit.events.flatMap((event) => (event.action === 'data_consent_withdrawn' ? [event.detail] : []));

/** The person's own page, by a link that was made for it. */
async function openOwnPage() {
  const { token } = await op.server.issue();
  const { body } = await op.server.postJson('/invitations', { ...anna, purpose: 'manage' }, { 'x-auth-token': token });
  return openPage(op.server, String((await openLink(op.server, String(body.url))).body.session));
}

test('a user is shown the claims of each client; after the user withdraws them, the access token returns no claim', async () => {
  const shop = await agree(op, asked, ['email']);
  const other = await agree(op, { ...asked, id: 'other' }, ['email', 'phone_number']);
  const page = await openOwnPage();
  const { body } = await page.get('/face/data-consents');
  expect(body.dataConsents).toMatchObject([
    { client: 'shop', claims: ['email'] },
    { client: 'other', claims: ['email', 'phone_number'] },
  ]);
  expect((await page.post('/face/data-consents/withdraw', { client: 'shop' })).status).toBe(200);
  await expect(shop.userInfo()).rejects.toMatchObject({ status: 401 });
  expect(await other.userInfo()).toMatchObject({ email: 'anna@example.com' });
  expect(withdrawals()).toEqual([{ client: 'shop', claims: ['email'] }]);
  // Ending what has ended succeeds, and is not told twice.
  expect((await page.post('/face/data-consents/withdraw', { client: 'shop' })).status).toBe(200);
  expect(withdrawals()).toHaveLength(1);
});

test('an access token remains invalid after a new consent, because its consent has ended', async () => {
  const former = await agree(op, asked, ['email']);
  await (await openOwnPage()).post('/face/data-consents/withdraw', { client: 'shop' });
  expect((await askAndShow(op, asked)).page.text).toContain('name="shown"');
  const second = await agree(op, asked, ['email']);
  expect(await second.userInfo()).toMatchObject({ email: 'anna@example.com' });
  await expect(former.userInfo()).rejects.toMatchObject({ status: 401 });
});

test('an administrator withdraws the consents for one client or all, and the record names that administrator', async () => {
  const shop = await agree(op, asked, ['email']);
  await agree(op, { ...asked, id: 'other' }, ['phone_number']);
  const { body } = await op.server.postJson('/subjects/withdraw-data-consents', { ...anna, client: 'shop' }, admin);
  expect(body).toMatchObject({ complete: true, subjects: [{ ...anna, code: null, clients: ['shop'] }] });
  await expect(shop.userInfo()).rejects.toMatchObject({ status: 401 });
  expect(await clients()).toEqual(['other']);
  const all = await op.server.postJson('/subjects/withdraw-data-consents', { login: 'anna@example.com' }, admin);
  expect(all.body).toMatchObject({ subjects: [{ clients: ['other'] }] });
  expect(await clients()).toEqual([]);
  expect(withdrawals().map(({ by }) => by)).toEqual(['owner', 'owner']);
});

test('an export contains the consents by name; an erasure deletes them together with the tokens', async () => {
  const { userInfo } = await agree(op, asked, ['phone_number']);
  const { body } = await op.server.postJson('/subjects/export', anna, admin);
  expect(body).toMatchObject({
    subjects: [{ held: { dataConsents: [{ client: 'shop', claims: ['phone_number'] }] } }],
  });
  expect(JSON.stringify(body)).not.toContain(details.phone_number);
  await op.server.postJson('/subjects/erase', anna, admin);
  expect(await clients()).toEqual([]);
  await expect(userInfo()).rejects.toMatchObject({ status: 401 });
});
