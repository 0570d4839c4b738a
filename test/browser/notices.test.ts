import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { withSubscribers } from '../../src/core/audit-events.js';
import { createWebPush } from '../../src/notifications/delivery/web-push.js';
import { createNotificationSender } from '../../src/notifications/sender.js';
import { createTestConnection } from '../../support/benches/core.js';
import { expectAccessible } from '../../support/browser/accessibility.js';
import { subscribeAtSimulator } from '../../support/browser/in-page/subscribe-at-simulator.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { receive } from '../../support/browser/visitor.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { eventually } from '../../support/run/eventually.js';
import { startApiServer } from '../../support/servers/api-server.js';
import { startPushService } from '../../support/servers/push-service.js';

/*
 * Notices as a person chooses them, and as their browser shows them. Chromium reaches no push service from here, so the address is one
 * of a simulated service, and what that service opened is handed to the browser where its own would: everything else is as it is.
 */

const contact = 'mailto:security@example.com';
const browser = useBrowser('none');
const stage = useShared(async () => {
  const clock = { now: () => server.clock.now() };
  const service = await startPushService({ contact, now: () => clock.now() });
  const keys = createKeysInMemory(randomBytes(32));
  const settings = { contact, services: [service.host] };
  const policy = { notices: true, organisation: 'Harbour Clinic' };
  const server = await startApiServer({
    keys,
    webPush: createWebPush(settings, { keys, clock, fetch: service.fetch, random: systemRandom }),
    connections: new Map([['acme', createTestConnection({ id: 'acme', kind: 'okta', policy })]]),
  });
  return { server, service };
});

/** Opens her own page in a small window. She allows notices. */
async function visit(language: string) {
  const { server, service } = stage();
  const visitor = await receive(browser(), { viewport: { width: 360, height: 740 } });
  const { context, page } = visitor;
  await context.grantPermissions(['notifications'], { origin: server.origin });
  await context.exposeFunction('subscribeAtSimulator', (key: string) => service.subscribe(key));
  await context.addInitScript(subscribeAtSimulator);
  const token = { 'x-auth-token': (await server.issue()).token };
  const asked = { connection: 'acme', subject: 'anna', purpose: 'manage' };
  const { body } = await server.postJson('/invitations', asked, token);
  await page.goto(`${server.origin}/face?lang=${language}${new URL(String(body.url)).hash}`);
  await page.locator('main[data-screen="manage"]').waitFor();
  return visitor;
}

/** Hands the browser a message as its push service would. */
async function deliver(page: Page, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { registrationId, scopeURL } of registrations)
        if (scopeURL.endsWith('/face/')) resolve(registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  await session.send('ServiceWorker.deliverPushMessage', { origin: stage().server.origin, registrationId, data: text });
  await session.detach();
}

/** What the browser shows. */
const shown = (page: Page): Promise<unknown> =>
  page.evaluate(`navigator.serviceWorker.getRegistration('/face/notice-worker.js').then((found) => found.getNotifications())
    .then((notices) => notices.map(({ title, body, lang, dir }) => ({ title, body, lang, dir })))`);

async function refuseAnna(): Promise<void> {
  const { deps, audit: trail } = stage().server;
  const notices = createNotificationSender({
    ...deps,
    currentRequest: () => null,
    stepUpOf: async () => null,
    brandOf: async (connection) => ({ ...(await deps.brandOf(connection)), organisation: 'Harbour Clinic' }),
  });
  const audit = withSubscribers(trail, [notices.onEvent]);
  const who = { connection: 'acme', subject: 'anna' };
  await audit.append({ action: 'verification_refused', ...who, detail: { tokenId: 't' } });
  await notices.drain();
}

inBrowser(
  'a user subscribes to push notifications instead of e-mails, gets one in the browser, and unsubscribes',
  async () => {
    const { page, requests, complaints, close } = await visit('de');
    const { server, service } = stage();
    await page.getByRole('button', { name: 'Auch auf diesem Gerät' }).click();
    await page.getByRole('button', { name: 'Nicht auf diesem Gerät' }).waitFor();
    await page.getByRole('checkbox', { name: 'auch per E-Mail' }).uncheck();
    await page.getByRole('checkbox', { name: 'beendet' }).uncheck();
    await page.getByRole('button', { name: 'Speichern', exact: true }).click();
    // What was said of the button before stands there until then, without the focus.
    await page.locator('[role="status"]:focus', { hasText: /^Gespeichert\.$/ }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Gespeichert.');
    await expectAccessible(page);

    await refuseAnna();
    expect(server.messages).toEqual([]);
    expect(service.opened).toHaveLength(1);
    await deliver(page, service.opened[0]!.text);
    const notice = { title: 'Harbour Clinic', body: 'Eine Gesichtsprüfung ist fehlgeschlagen', lang: 'de', dir: 'ltr' };
    await eventually(async () => expect(await shown(page)).toEqual([notice]));
    for (const junk of ['', 'no JSON', '[]', 'null', '{"title":1}']) await deliver(page, junk);
    await deliver(page, JSON.stringify({ language: 'ar', direction: 'rtl', title: 'عيادة', body: '<b>رُفض</b>' }));
    const other = { title: 'عيادة', body: '<b>رُفض</b>', lang: 'ar', dir: 'rtl' };
    await eventually(async () => expect(await shown(page)).toHaveLength(2));
    expect(await shown(page)).toEqual(expect.arrayContaining([notice, other]));

    await page.getByRole('button', { name: 'Nicht auf diesem Gerät' }).click();
    await page.getByRole('button', { name: 'Auch auf diesem Gerät' }).waitFor();
    const detailOf = () => server.audit.events.findLast(({ action }) => action === 'notices_chosen')?.detail;
    expect(detailOf()).toEqual({ off: ['ended'], email: false, devices: 0 });
    server.clock.advanceSec(3600);
    await refuseAnna();
    expect(service.opened).toHaveLength(1);
    expect(server.messages).toHaveLength(1);
    expect(requests.filter((url) => new URL(url).origin !== server.origin)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  },
);
