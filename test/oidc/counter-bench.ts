import * as client from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { clientSecret, loginOf, type TestIssuer } from '../../support/benches/issuer.js';
import { asTyped } from '../../support/data/typed-codes.js';
import type { Browser, Seen } from '../../support/fakes/browser.js';
import { purposes } from './consented-data-bench.js';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export const counterConfig = createOidcGuard(connectionAdditions).parse({
  clients: [
    { kind: 'counter', id: 'desk-1', name: 'Library desk', secret: clientSecret, claims: purposes },
    { kind: 'counter', id: 'desk-2', name: 'Other desk', secret: clientSecret },
    { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: ['https://app.example.com/callback'] },
  ],
});

/** Simulates a counter's program, which uses only openid-client. */
export async function openCounter(op: TestIssuer, id = 'desk-1') {
  const config = await op.discover(id);
  return {
    config,
    begin: (parameters: Record<string, string> = {}) =>
      client.initiateDeviceAuthorization(config, { scope: 'openid', ...parameters }),
    async ask(begun: { device_code: string }, number?: string) {
      const parameters = {
        device_code: begun.device_code,
        ...(number === undefined ? {} : { number: asTyped(number) }),
      };
      try {
        const tokens = await client.genericGrantRequest(config, deviceGrant, parameters);
        return { tokens, reply: null };
      } catch (error) {
        if (!(error instanceof client.ResponseBodyError)) throw error;
        const reply: Record<string, unknown> = { ...error.cause };
        return { tokens: null, reply };
      }
    },
  };
}

export type Counter = Awaited<ReturnType<typeof openCounter>>;

const post = (browser: Browser, url: string, fields: Record<string, string>) =>
  browser.follow(url, { method: 'POST', body: new URLSearchParams(fields) });

/** Returns the page's own number and the numbers to choose from. */
export const numbersOn = ({ text }: Seen) => ({
  shown: /class="number" dir="ltr">(\d\d)</.exec(text)?.[1] ?? '',
  choices: [...text.matchAll(/name="number" value="(\d\d)"/g)].map(([, each]) => each ?? ''),
});

/** A user's phone that opens the link shown at a counter. */
export function openPhone(op: TestIssuer, browser = op.newBrowser()) {
  return {
    browser,
    async open(url: string): Promise<Seen> {
      const asked = await browser.follow(url);
      return asked.text.includes('value="open"') ? post(browser, asked.url, { decision: 'open' }) : asked;
    },
    choose: (page: Seen, number: string) => post(browser, page.url, { number }),
    async showFace(page: Seen, person: string, face = person): Promise<Seen> {
      const camera = await post(browser, page.url, { username: loginOf(person) });
      const { returnUrl } = await op.show(browser, camera.url, face);
      return browser.follow(String(returnUrl));
    },
    agree(page: Seen, ticked: readonly string[] = [], decision = 'agree'): Promise<Seen> {
      const shown = /name="shown" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      const claims = ticked.map((claim): [string, string] => ['claim', claim]);
      const body = new URLSearchParams([['shown', shown], ['decision', decision], ...claims]);
      return browser.follow(page.url, { method: 'POST', body });
    },
    post: (url: string, fields: Record<string, string>) => post(browser, url, fields),
  };
}

/** Runs a check until both sides have compared their numbers. */
export async function meet(op: TestIssuer, parameters: Record<string, string> = {}, id = 'desk-1') {
  const counter = await openCounter(op, id);
  const begun = await counter.begin(parameters);
  const phone = openPhone(op);
  const page = await phone.open(String(begun.verification_uri_complete));
  const { shown } = numbersOn(page);
  const { reply } = await counter.ask(begun);
  const next = await phone.choose(page, String(reply?.number));
  return { counter, begun, phone, shown, next };
}
