import { loginOf, type TestIssuer } from '../../support/benches/issuer.js';

export function visitCredentials(op: TestIssuer) {
  const goToConsent = async (type = 'staff_card') => {
    const browser = op.newBrowser();
    const start = await browser.visit(`${op.issuer}/credentials/${type}`);
    const request = new URL(`${op.issuer}/authorize`);
    for (const [name, value] of inputsOf(start.text)) request.searchParams.set(name, value);
    const asked = await browser.follow(request.href);
    const body = new URLSearchParams({ username: loginOf('anna') });
    const camera = await browser.follow(asked.url, { method: 'POST', body });
    const interactionUrl = String((await op.show(browser, camera.url, 'anna')).returnUrl);
    return { start, browser, consent: await browser.follow(interactionUrl), interactionUrl };
  };

  const answer = async (
    { browser, consent, interactionUrl }: Awaited<ReturnType<typeof goToConsent>>,
    decision: 'agree' | 'refuse',
    ticked: readonly string[],
  ) => {
    const shown = /name="shown" value="([^"]*)"/.exec(consent.text)?.[1] ?? '';
    const claims = ticked.map((claim): [string, string] => ['claim', claim]);
    const body = new URLSearchParams([['shown', shown], ['decision', decision], ...claims]);
    return browser.follow(interactionUrl, { method: 'POST', body });
  };
  return {
    goToConsent,
    answer,
    async getOffer(ticked: readonly string[] = ['name'], type?: string) {
      const { text } = await answer(await goToConsent(type), 'agree', ticked);
      return offerIn(text);
    },
  };
}

export type CredentialVisits = ReturnType<typeof visitCredentials>;

const inputsOf = (text: string): [string, string][] =>
  [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  ]);

export const offerIn = (text: string) => ({
  link: (/href="(openid-credential-offer:[^"]*)"/.exec(text)?.[1] ?? '').replaceAll('&amp;', '&'),
  code: /<span class="digits">(\d{6})<\/span>/.exec(text)?.[1] ?? '',
});
