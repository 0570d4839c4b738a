import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import { readLinks } from '../../src/core/links/links.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { loginOf } from '../../support/benches/issuer.js';
import { callPage, ticketOf } from '../../support/fakes/browser.js';
import { adminKey } from '../../support/servers/api-server.js';
import { answer, askAndShow, proveEnrolment, redeem } from './consented-data-bench.js';
import {
  agreeTo,
  agreeToAll,
  beginLink,
  claims,
  everything,
  link,
  registration,
  startSources,
} from './several-sources-bench.js';

/* One consent over claims of several connections: who may link what, and what is told then. */

let bench: Awaited<ReturnType<typeof startSources>>;
beforeEach(async () => {
  bench = await startSources();
});

const anna = { connection: 'work', subject: 'anna' };
const admin = { 'x-admin-key': adminKey };
const linksOf = (who: { connection: string; subject: string }) => readLinks(who, bench.op.server.deps);
const linkedWith = async (who = anna) =>
  (await linksOf(who)).map(({ other }) => `${other.connection}:${other.subject}`);
const events = (action: string) => bench.op.server.audit.events.filter((event) => event.action === action);

const toldGuard = z.object({
  _claim_names: z.record(z.string(), z.string()),
  _claim_sources: z.record(z.string(), z.object({ JWT: z.string() })),
  _claim_status: z.record(z.string(), z.string()),
});

const discoveredGuard = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  claims_supported: z.array(z.string()),
  claim_types_supported: z.array(z.string()),
});
const jwksGuard = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

const discover = async (issuer: string) =>
  discoveredGuard.parse(await (await bench.op.open(`${issuer}/.well-known/openid-configuration`)).json());

/** Checks what a source signed with the keys of that source, as an application does. */
async function verify(told: unknown, source: string) {
  const { op } = bench;
  const issuer = op.issuer.replace(/work$/, source);
  const discovered = await discover(issuer);
  const jwks = jwksGuard.parse(await (await op.open(discovered.jwks_uri)).json());
  const jwt = toldGuard.parse(told)._claim_sources[source]?.JWT ?? '';
  const { payload } = await jwtVerify(jwt, createLocalJWKSet(jwks), {
    issuer: discovered.issuer,
    audience: 'bank',
    typ: 'facestep-claims+jwt',
    currentDate: new Date(op.server.clock.now()),
  });
  return { payload, header: decodeProtectedHeader(jwt) };
}

describe('linking an account', () => {
  test('requires a face check of each account in one browser, and shows the claims with their sources', async () => {
    const { op } = bench;
    const first = await askAndShow(op, everything);
    expect(first.page.text).toContain('Example Payroll: your account is not linked');
    expect(first.page.text).toContain('Link my account at Rowing Club');
    expect(first.page.text).not.toContain('4711');
    const typed = await first.browser.follow(first.interactionUrl, {
      method: 'POST',
      body: new URLSearchParams({ decision: 'link:payroll' }),
    });
    expect(typed.text).toContain('Enter your username there');
    const camera = await beginLink(first, 'payroll', loginOf('anna-payroll'));
    const { shown } = await op.show(first.browser, camera.url, 'anna');
    // Which accounts, in the words of the person, before the camera opens.
    expect(shown.words).toMatchObject({
      title: 'Link these two accounts',
      lines: ['Example Company', 'Example Payroll'],
    });
    const second = { ...first, page: await first.browser.follow(first.interactionUrl) };
    expect(await linkedWith()).toEqual(['payroll:anna-payroll']);
    expect(await linkedWith({ connection: 'payroll', subject: 'anna-payroll' })).toEqual(['work:anna']);
    for (const text of ['4711', 'Example Payroll', 'Anna Example', 'Example Company'])
      expect(second.page.text).toContain(text);
    expect(second.page.text).toContain('Rowing Club: your account is not linked');
    const [event] = events('identities_linked');
    expect(event).toMatchObject({ ...anna, detail: { other: 'payroll' } });
    expect(JSON.stringify(events('identities_linked').map(({ detail }) => detail))).not.toContain('anna');
  });

  test('fails equally for another user’s account, an unenrolled and an unknown one', async () => {
    const { op } = bench;
    const first = await askAndShow(op, everything);
    const pages: string[] = [];
    for (const subject of ['berta-payroll', 'unenrolled-payroll', 'unknown-payroll']) {
      const { page } = await link(op, first, { source: 'payroll', subject });
      // The day on which the consent ends changes at midnight.
      pages.push(page.text.replace(/<p>[^<]*\b20\d\d\b[^<]*<\/p>/, ''));
      expect(page.text).toContain('Your account at Example Payroll was not linked.');
    }
    expect(new Set(pages).size).toBe(1);
    expect(await linkedWith()).toEqual([]);
    expect(events('identities_linked')).toEqual([]);
  });

  test('cannot be completed by another browser, or with the pass of another sign-in', async () => {
    const { op } = bench;
    const mine = await askAndShow(op, everything);
    const camera = await beginLink(mine, 'payroll', loginOf('anna-payroll'));
    const stranger = op.newBrowser();
    // The link of the second camera is bound to the browser that asked for it.
    expect((await op.show(stranger, camera.url, 'anna')).code).toBe('step_up_unknown');
    expect((await stranger.follow(mine.interactionUrl)).status).toBe(400);
    const theirs = await askAndShow(op, everything, stranger);
    await op.show(mine.browser, camera.url, 'anna');
    expect((await stranger.follow(theirs.interactionUrl)).text).toContain(
      'Example Payroll: your account is not linked',
    );
    expect(await linkedWith()).toEqual([]);
    await mine.browser.follow(mine.interactionUrl);
    expect(await linkedWith()).toEqual(['payroll:anna-payroll']);
  });

  test('allows no hand-off to a phone, even if the policy does', async () => {
    const { op } = bench;
    const first = await askAndShow(op, everything);
    const camera = await beginLink(first, 'payroll', loginOf('anna-payroll'));
    const { origin } = new URL(camera.url);
    const { body: opened } = await callPage(first.browser, `${origin}/face/open`, { ticket: ticketOf(camera.url) });
    expect(opened.view.handOffAllowed).toBe(false);
    expect((await callPage(first.browser, `${origin}/face/hand-off`, {}, opened.session)).status).toBe(404);
  });
});

describe('the UserInfo response', () => {
  test('contains the claims and, for each source, a JWT with a pairwise subject', async () => {
    const { idToken, userInfo } = await agreeToAll(bench.op);
    const told = await userInfo();
    expect(told).toMatchObject({
      sub: 'anna',
      name: 'Anna Example',
      employee_number: 4711,
      motto: 'Row',
      _claim_names: { employee_number: 'payroll', motto: 'club' },
      _claim_status: { payroll: 'answered', club: 'answered' },
    });
    const payroll = await verify(told, 'payroll');
    const club = await verify(told, 'club');
    expect(payroll.payload).toMatchObject({ employee_number: 4711 });
    expect(payroll.payload).not.toHaveProperty('motto');
    expect(club.payload).toMatchObject({ motto: 'Row' });
    expect(payroll.payload.exp! - payroll.payload.iat!).toBeLessThanOrEqual(300);
    for (const { payload } of [payroll, club]) expect(payload.sub).not.toMatch(/anna/);
    expect(payroll.payload.sub).not.toBe(club.payload.sub);
    expect((await verify(await userInfo(), 'payroll')).payload.sub).toBe(payroll.payload.sub);
    // The ID token has what was asked for there, and nothing else.
    expect(idToken).toMatchObject({ employee_number: 4711, _claim_names: { employee_number: 'payroll' } });
    expect(idToken).not.toHaveProperty('motto');
    expect((await verify(idToken, 'payroll')).payload.employee_number).toBe(4711);
    expect(JSON.stringify(idToken)).not.toContain('club');
  });

  test('contains selected claims only, and a source without a selected claim is not read', async () => {
    const told = await (await agreeToAll(bench.op, [])).userInfo();
    expect(told).not.toHaveProperty('motto');
    expect(told._claim_status).toEqual({ payroll: 'answered' });
  });

  test('is not returned as verified by the connection that does not have it', async () => {
    bench = await startSources({ verifiedClaims: { trustFramework: 'own', claims: ['name', 'employee_number'] } });
    bench.op.profile.details.set('anna', { name: 'Anna Example', employee_number: 1 });
    await proveEnrolment(bench.op, 'photo');
    const request = { verification: { trust_framework: null }, claims: { name: null, employee_number: null } };
    const { id_token, userinfo } = Object(everything.claims);
    const asked = { ...everything, claims: { id_token: { ...id_token, verified_claims: request }, userinfo } };
    const { idToken } = await agreeToAll(bench.op, ['motto'], asked);
    expect(idToken).toMatchObject({ employee_number: 4711, verified_claims: { claims: { name: 'Anna Example' } } });
    expect(Object(idToken?.verified_claims).claims).not.toHaveProperty('employee_number');
  });

  test('reports a failed source as unanswered and contains the claims of the others', async () => {
    const { op, club } = bench;
    const { userInfo } = await agreeToAll(op);
    club.setDown(true);
    const told = await userInfo();
    expect(told).toMatchObject({ employee_number: 4711, _claim_status: { payroll: 'answered', club: 'unanswered' } });
    expect(told).not.toHaveProperty('motto');
    expect(told._claim_sources).not.toHaveProperty('club');
  });
});

describe('a consent over several sources', () => {
  test('revokes the access token when it is withdrawn', async () => {
    const { op } = bench;
    const { userInfo } = await agreeToAll(op);
    await op.server.postJson('/subjects/withdraw-data-consents', anna, admin);
    await expect(userInfo()).rejects.toMatchObject({ status: 401 });
  });

  test('returns no claims of an ended link, and is requested again for a new link', async () => {
    const { op } = bench;
    const { userInfo } = await agreeToAll(op);
    const ended = await op.server.postJson(
      '/subjects/end-links',
      { connection: 'payroll', subject: 'anna-payroll' },
      admin,
    );
    expect(ended.body).toMatchObject({ complete: true, subjects: [{ code: null, others: ['work'] }] });
    expect(await linkedWith()).toEqual(['club:anna-club']);
    const told = await userInfo();
    expect(told).toMatchObject({ motto: 'Row', _claim_status: { payroll: 'unlinked', club: 'answered' } });
    expect(told).not.toHaveProperty('employee_number');
    // Linked again, it is another link: the token made before tells nothing through it.
    const second = await link(op, await askAndShow(op, everything), { source: 'payroll' });
    expect(second.page.text).toContain('4711');
    expect(await userInfo()).toMatchObject({ _claim_status: { payroll: 'unlinked' } });
    const back = await redeem(second, (await agreeTo(second, ['motto'])).url);
    expect(await back.userInfo()).toMatchObject({ employee_number: 4711 });
    await expect(userInfo()).rejects.toMatchObject({ status: 401 });
  });

  test('returns no claims of a source once the user ends the link on their page at either source', async () => {
    const { op } = bench;
    const { userInfo } = await agreeToAll(op);
    const { token } = await op.server.issue();
    const invited = { connection: 'club', subject: 'anna-club', purpose: 'manage' };
    const { body } = await op.server.postJson('/invitations', invited, { 'x-auth-token': token });
    const page = openPage(op.server, String((await openLink(op.server, String(body.url))).body.session));
    expect((await page.get('/face/links')).body).toMatchObject({ links: [{ connection: 'work' }] });
    expect((await page.post('/face/links/end', { connection: 'work' })).status).toBe(200);
    expect((await page.get('/face/links')).body.links).toEqual([]);
    expect(await linkedWith()).toEqual(['payroll:anna-payroll']);
    expect(await userInfo()).toMatchObject({ _claim_status: { payroll: 'answered', club: 'unlinked' } });
    expect(events('identities_unlinked').map(({ connection, detail }) => ({ connection, detail }))).toEqual([
      { connection: 'club', detail: { other: 'work' } },
      { connection: 'work', detail: { other: 'club' } },
    ]);
    // Ending what has ended succeeds, and is not on record twice.
    expect((await page.post('/face/links/end', { connection: 'work' })).status).toBe(200);
    expect(events('identities_unlinked')).toHaveLength(2);
  });

  test('is not valid for another client, and its form cannot omit a source that the page showed', async () => {
    bench = await startSources({ clients: [registration, { ...registration, id: 'other' }] });
    await agreeToAll(bench.op);
    const other = await askAndShow(bench.op, { ...everything, id: 'other' });
    expect(other.page.text).toContain('4711');
    const toBank = await askAndShow(bench.op, { ...everything, prompt: 'consent' });
    const replayed = await answer({ ...other, page: toBank.page }, 'agree', [], ['payroll', 'club']);
    expect(replayed.text).toContain('name="shown"');
    // Left out of what was answered, so that the essential claim of a source would be passed by: another page.
    expect((await answer(other, 'agree', [], ['club'])).text).toContain('name="shown"');
  });

  test('ends with the link’s expiry, with a revocation of either enrolment, and with an erasure', async () => {
    const { op } = bench;
    await agreeToAll(op);
    const { body } = await op.server.postJson('/subjects/export', anna, admin);
    expect(body).toMatchObject({
      subjects: [{ held: { links: [{ connection: 'payroll' }, { connection: 'club' }] } }],
    });
    await op.server.postJson('/subjects/revoke', { connection: 'payroll', subject: 'anna-payroll' }, admin);
    expect(await linkedWith()).toEqual(['club:anna-club']);
    op.server.clock.advanceSec(365 * 86_400);
    expect(await linkedWith()).toEqual([]);
    await link(op, await askAndShow(op, everything), { source: 'club' });
    await op.server.postJson('/subjects/erase', anna, admin);
    expect(await linkedWith({ connection: 'club', subject: 'anna-club' })).toEqual([]);
  });
});

describe('a client configuration', () => {
  const from = (claim: string, source: string) => ({
    ...registration,
    claims: { ...claims, [claim]: { ...claims.motto, from: source } },
  });
  test.each([
    ['an unknown connection', from('motto', 'nowhere'), 'there is no connection nowhere'],
    ['its own connection', from('motto', 'work'), 'from names its own connection'],
    ['a claim without an attribute at the source', from('shoe_size', 'club'), 'no attribute is configured for it'],
  ])('is refused with %s', async (_, client, reason) => {
    const started = startSources({ clients: [client] });
    await expect(started).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { reason: expect.stringContaining(reason) },
    });
  });
});
