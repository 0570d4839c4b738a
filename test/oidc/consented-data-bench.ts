import * as client from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { clientSecret, prepareRequest, redirectUri, type TestIssuer } from '../../support/benches/issuer.js';
import type { Browser } from '../../support/fakes/browser.js';

export const purposes = {
  name: { purpose: { en: 'To write your name on the contract', de: 'Damit Ihr Name im Vertrag steht' } },
  email: { purpose: { en: 'To send you the contract' } },
  phone_number: { purpose: { en: 'To call you on the day' } },
  address: { purpose: { en: 'To deliver what you order' } },
  employee_number: { purpose: { en: 'To find your discount' }, label: { en: 'Staff number' } },
};

export const registration = {
  kind: 'relying_party',
  id: 'shop',
  name: 'Corner Shop',
  secret: clientSecret,
  redirectUris: [redirectUri],
  claims: purposes,
};

export const toConfig = (...clients: object[]) =>
  createOidcGuard(connectionAdditions).parse({ clients: clients.length === 0 ? [registration] : clients });

export const details = {
  name: 'Anna <b>Example</b>',
  phone_number: '+65 6123 4567',
  address: { street_address: '1 Raffles Place', locality: 'Singapore', postal_code: '048616' },
  employee_number: 4711,
};

export interface Asked {
  readonly id?: string;
  readonly scope?: string;
  readonly claims?: object;
  readonly [parameter: string]: string | object | undefined;
}

/** Starts a sign-in with the client's request, up to the face check. */
export async function ask(op: TestIssuer, { id = 'shop', claims, ...more }: Asked = {}, browser = op.newBrowser()) {
  const config = await op.discover(id);
  const { params, checks } = await prepareRequest({
    ...(claims && { claims: JSON.stringify(claims) }),
    ...Object.fromEntries(Object.entries(more).flatMap(([name, value]) => (value ? [[name, String(value)]] : []))),
  });
  const url = client.buildAuthorizationUrl(config, params);
  return { config, checks, browser, camera: await browser.follow(url.href) };
}

/** Continues to the page after the face check, or to the client if there is no page. */
export async function askAndShow(op: TestIssuer, asked: Asked = {}, browser?: Browser) {
  const begun = await ask(op, asked, browser);
  const { returnUrl } = await op.show(begun.browser, begun.camera.url, 'anna');
  const page = await begun.browser.follow(String(returnUrl));
  return { ...begun, page, interactionUrl: String(returnUrl) };
}

type Shown = Awaited<ReturnType<typeof askAndShow>>;

export function answer(
  { browser, page, interactionUrl }: Pick<Shown, 'browser' | 'page' | 'interactionUrl'>,
  decision: 'agree' | 'refuse',
  ticked: string[] = [],
  answered: string[] = [],
) {
  const shown = /name="shown" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
  const body = new URLSearchParams([
    ['shown', shown],
    ['decision', decision],
    ...answered.map((source) => ['answered', source] as [string, string]),
    ...ticked.map((claim) => ['claim', claim] as [string, string]),
  ]);
  return browser.follow(interactionUrl, { method: 'POST', body });
}

export async function redeem({ config, checks }: Pick<Shown, 'config' | 'checks'>, url: string) {
  const tokens = await client.authorizationCodeGrant(config, new URL(url), checks);
  const userInfo = () => client.fetchUserInfo(config, tokens.access_token, 'anna');
  return { tokens, idToken: tokens.claims(), userInfo };
}

/** Records what the enrolment of Anna rests on, as the help desk or the comparison with the company's photo do. */
export async function proveEnrolment({ server: { deps } }: TestIssuer, proof: string | null) {
  const document = proof === 'document' ? { issuer: 'Utopia Roads', kind: 'mdl' } : null;
  const stored = (await deps.state.read('consent:work:anna'))!;
  await deps.state.write(
    'consent:work:anna',
    { ...Object(stored.value), proof, document },
    { when: 'any', expiresAt: null },
  );
}

/** Runs the whole flow and returns what the client receives. */
export async function agree(op: TestIssuer, asked: Asked, ticked: string[] = []) {
  const shown = await askAndShow(op, asked);
  const back = await answer(shown, 'agree', ticked);
  return redeem(shown, back.url);
}
