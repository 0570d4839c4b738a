import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Language } from '../../src/core/base/languages.js';
import { Credential } from '../../src/core/secrets.js';
import { createOutbox } from '../../src/notifications/delivery/open.js';
import { createSmtpDelivery } from '../../src/notifications/delivery/smtp.js';
import { enrolByApi } from '../../support/benches/capture-bench.js';
import { createTestConnection } from '../../support/benches/core.js';
import { launchChromium } from '../../support/browser/chromium.js';
import { receive } from '../../support/browser/visitor.js';
import { leaveBy, press, see } from '../../support/browser/walk.js';
import { systemClock } from '../../support/fakes/keys.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { setupOf } from '../../support/fakes/upkeep.js';
import { forFile } from '../../support/run/for-file.js';
import { startApiServer } from '../../support/servers/api-server.js';
import { readPart, startMailRelay } from '../../support/servers/mail-relay.js';
import type { Words } from '../../web/capture/words.js';
import { pageWords } from './page-words.js';

export const windows = {
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 } },
} as const;
export type Window = keyof typeof windows;

export async function startAnotherWayStage(people: readonly string[]) {
  const relay = await startMailRelay();
  const acme = createTestConnection({
    id: 'acme',
    kind: 'okta',
    profile: createMemoryProfile(people),
    policy: {
      liveness: 'challenge',
      helpRequests: true,
      anotherWay: { email: true, sms: false, recoveryCodes: true, counts: false },
      bypass: { allowed: true, minutes: 15, approvals: 1, takesKeys: true },
    },
  });
  const others = createOutbox({ sink: () => Promise.reject(new Error('closed')), clock: systemClock });
  const delivery = createSmtpDelivery({
    url: new Credential(relay.url),
    from: 'facestep@example.com',
    requireTls: false,
    others,
  });
  const server = await startApiServer({
    issuer: 'http://localhost',
    delivery,
    connections: new Map([['acme', acme]]),
    setup: () => setupOf([acme]),
  });
  for (const subject of people) await enrolByApi(server, subject);
  const origin = `http://localhost:${server.port}`;
  const auth = { 'x-auth-token': (await server.issue()).token };
  const browser = await forFile(launchChromium({ camera: 'pattern' }));
  return {
    browser,
    server,
    origin,
    async refuse(subject: string, { language, window }: { readonly language: Language; readonly window: Window }) {
      const asked = { connection: 'acme', subject, audience: 'https://app.example.com', immediate: true };
      const { body } = await server.postJson('/step-ups', asked, auth);
      const words = pageWords[language];
      const visitor = await receive(browser, { isGuided: false, ...windows[window] });
      await visitor.page.goto(`${origin}/face?lang=${language}${new URL(String(body.url)).hash}`);
      await see(visitor.page, 'consent');
      await leaveBy(visitor.page, words.refuse);
      await see(visitor.page, 'ways');
      return { ...visitor, words, stepUpId: String(body.id) };
    },
    stateOf: async (id: string) => (await server.send('GET', `/step-ups/${id}`, { headers: auth })).body.state,
    mailedCode(subject: string) {
      const letter = relay.taken.findLast(({ to }) => to === `${subject}@example.com`);
      if (letter === undefined) throw new Error(`no letter to ${subject}`);
      const [code = ''] = /^\d{6}$/m.exec(readPart(letter, 'plain')) ?? [];
      // The HTML part of the e-mail must contain the same code as its text part.
      expect(readPart(letter, 'html')).toContain(`>${code}</p>`);
      return code;
    },
  };
}

export async function enter(
  { page, words }: { readonly page: Page; readonly words: Words },
  code: string,
): Promise<void> {
  await page.getByLabel(words.ways.label).fill(code);
  await press(page, words.next);
}

/** Leaves out the browser's messages about refused requests. */
export const faultsIn = (complaints: readonly string[]): readonly string[] =>
  complaints.filter((line) => !/Failed to load resource/.test(line));
