import { beforeEach, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { OrganisationRules } from '../../src/extensions/organisations/config.js';
import { organisationsGuard } from '../../src/extensions/organisations/config.js';
import { startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { type Asked, askAndShow, redeem, registration, toConfig } from './consented-data-bench.js';

/* For whom a person acts: chosen on a page of ours after the face check, read at the provider each time it is told. */

const rules = parseRules({
  pattern: 'corp:{organisation}:{role}',
  list: [
    { id: 'acme', name: 'Acme <b>& Sons</b>', roles: { admin: ['00g-acme-admins'] } },
    { id: 'beta', name: 'شركة بيتا' },
  ],
});
function parseRules(given: object): OrganisationRules {
  const rules = organisationsGuard.parse(given);
  if (rules === null) throw new Error('no rules');
  return rules;
}
const office = { ...registration, id: 'office', name: 'Tax Office', claims: {}, organisations: true };
const config = toConfig(office, { ...office, id: 'shop', organisations: false });

let op: TestIssuer;
const start = async (changes: Partial<Parameters<typeof startIssuer>[0]> = {}) => {
  op = await startIssuer({ config, organisations: rules, ...changes });
  await op.enrol('anna');
};
beforeEach(() => start());

const join = (...names: readonly string[]) =>
  op.profile.groups.set(
    'anna',
    names.map((name, at) => ({ id: `00g-${at}`, name })),
  );
const two = ['corp:acme:filer', 'corp:acme:payer', 'corp:beta:reader', 'Everyone'];
const asked: Asked = { id: 'office', scope: 'openid organisation' };
const ask = (more: Asked = {}) => askAndShow(op, { ...asked, ...more });
type Shown = Awaited<ReturnType<typeof ask>>;

const choose = (shown: Shown, organisation: string, decision = 'act') =>
  shown.browser.follow(shown.interactionUrl, {
    method: 'POST',
    body: new URLSearchParams({ organisation, decision }),
  });
/** The whole way, to what the client is told. */
const actFor = async (organisation: string, more: Asked = {}) => {
  const shown = await ask(more);
  return redeem(shown, (await choose(shown, organisation)).url);
};
const paramsOf = (url: string) => Object.fromEntries(new URL(url).searchParams);
const chosen = () => op.server.audit.events.filter(({ action }) => action === 'organisation_chosen');
const offered = ({ page }: Shown) =>
  [...page.text.matchAll(/type="radio" name="organisation" value="([^"]*)" required( checked)?/g)].map(
    ([, id, isChosen]) => [id, isChosen !== undefined],
  );

describe('a user with roles in two organizations', () => {
  beforeEach(() => void join(...two));

  test('is shown both with their roles, escaped, and none preselected', async () => {
    const shown = await ask();
    expect(offered(shown)).toEqual([
      ['acme', false],
      ['beta', false],
    ]);
    const { text, headers } = shown.page;
    expect(text).toContain('Choose an organization for Tax Office');
    expect(text).toContain('<bdi class="value">Acme &lt;b&gt;&amp; Sons&lt;/b&gt;</bdi>');
    expect(text).toContain('<bdi class="role">filer</bdi>, <bdi class="role">payer</bdi>');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).not.toContain('script');
  });

  test('gets tokens with their own sub and the chosen organization with only its roles', async () => {
    const { idToken, userInfo } = await actFor('acme');
    const organisation = {
      sub: 'acme',
      name: 'Acme <b>& Sons</b>',
      roles: ['filer', 'payer'],
      act: { sub: 'anna' },
    };
    expect(idToken).toMatchObject({ sub: 'anna', acr: 'face', amr: ['face'], organisation });
    // The standard's `act` says who acts for the subject: no one acts for the person.
    expect(idToken).not.toHaveProperty('act');
    expect(idToken).not.toHaveProperty('roles');
    expect(await userInfo()).toMatchObject({ sub: 'anna', organisation });
    expect(JSON.stringify([idToken, await userInfo()])).not.toContain('reader');
  });

  test('causes one audit event with the client, the organization, the roles and the step-up', async () => {
    await actFor('acme');
    const detail = { client: 'office', organisation: 'acme', roles: ['filer', 'payer'], stepUpId: expect.any(String) };
    expect(chosen()).toMatchObject([{ connection: 'work', subject: 'anna', detail }]);
  });

  test.each(['gamma', '__proto__'])(
    'gets the page again if the form names another organization: %j',
    async (organisation) => {
      const shown = await ask();
      const again = await choose(shown, organisation);
      expect(again.text).toContain('Choose an organization for Tax Office');
      expect(chosen()).toEqual([]);
    },
  );

  test('gets the organization of the first form; a second form changes nothing', async () => {
    const shown = await ask();
    const { url } = await choose(shown, 'acme');
    await choose(shown, 'beta').catch(() => null);
    const { idToken } = await redeem(shown, url);
    expect(idToken).toMatchObject({ organisation: { sub: 'acme' } });
    expect(chosen()).toHaveLength(1);
  });

  test('is offered only the organization of organisation_hint, and has to choose it', async () => {
    const shown = await ask({ organisation_hint: 'beta' });
    expect(offered(shown)).toEqual([['beta', true]]);
    expect((await choose(shown, 'acme')).text).toContain('Choose an organization for');
    const { idToken } = await redeem(shown, (await choose(shown, 'beta')).url);
    expect(idToken).toMatchObject({ organisation: { sub: 'beta', name: 'شركة بيتا', roles: ['reader'] } });
  });

  test('gets access_denied if organisation_hint names an organization without a role for the user', async () => {
    expect(paramsOf((await ask({ organisation_hint: 'gamma' })).page.url)).toMatchObject({
      error: 'access_denied',
      error_description: 'the user has no role in the requested organization',
    });
  });
});

describe('the groups at the provider', () => {
  test('a user without a matching group gets access_denied with a description', async () => {
    join('Everyone');
    expect(paramsOf((await ask()).page.url)).toMatchObject({
      error: 'access_denied',
      error_description: 'the user has no organization',
    });
  });

  test('a group with a malformed or unsafe name results in no role', async () => {
    join(
      'corp:<b>x</b>:filer',
      'corp:\u202eacme:filer',
      'corp:acme:filer:admin',
      'corp::filer',
      'corp:acme:',
      'corp:acme',
      'Corp:acme:filer',
      ' corp:acme:filer',
      'corp:a b:filer',
      `corp:${'x'.repeat(101)}:filer`,
    );
    expect(paramsOf((await ask()).page.url)).toMatchObject({ error: 'access_denied' });
  });

  test('a group listed by id in the configuration results in its role without a name', async () => {
    op.profile.groups.set('anna', [
      { id: '00g-acme-admins', name: null },
      { id: '00g-else', name: null },
    ]);
    const { idToken } = await actFor('acme');
    expect(idToken).toMatchObject({ organisation: { sub: 'acme', roles: ['admin'] } });
  });

  test('an unreachable provider shows an error page, and the same face check continues after recovery', async () => {
    join(...two);
    const begun = await ask();
    op.profile.setDown(true);
    const down = await begun.browser.follow(begun.interactionUrl);
    expect([down.status, down.text.includes('can’t be read right now')]).toEqual([503, true]);
    expect((await choose(begun, 'acme')).status).toBe(503);
    expect(op.server.log.text()).toMatch(/"organisations could not be read","connection":"work",.*"detail":/);
    op.profile.setDown(false);
    const { idToken } = await redeem(begun, (await choose(begun, 'acme')).url);
    expect(idToken).toMatchObject({ organisation: { sub: 'acme' } });
  });
});

describe('a role that is removed at the provider', () => {
  test('is missing from the next UserInfo response, and ending the last role ends the access', async () => {
    join(...two);
    const { userInfo } = await actFor('acme');
    join('corp:acme:payer', 'corp:beta:reader');
    expect(await userInfo()).toMatchObject({ organisation: { sub: 'acme', roles: ['payer'] } });
    join('corp:beta:reader');
    await expect(userInfo()).rejects.toMatchObject({ status: 401 });
    join('corp:beta:reader', 'corp:acme:admin');
    expect(await userInfo()).toMatchObject({ organisation: { roles: ['admin'] } });
  });

  test('between the choice and the code makes the token request fail with invalid_grant', async () => {
    join(...two);
    const shown = await ask();
    const { url } = await choose(shown, 'acme');
    join('corp:beta:reader');
    await expect(redeem(shown, url)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('between the page and the choice makes the page appear again without the role', async () => {
    join(...two);
    const shown = await ask();
    join('corp:beta:reader');
    const again = await choose(shown, 'acme');
    expect(offered({ ...shown, page: again })).toEqual([['beta', true]]);
  });
});

describe('the scope organisation', () => {
  test('is refused with invalid_scope for a client that is not registered for it', async () => {
    join(...two);
    const refused = await askAndShow(op, { id: 'shop', scope: 'openid organisation' }).catch(() => null);
    expect(refused).toBeNull();
    const config = await op.discover('shop');
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: 'https://app.example.com/callback',
      scope: 'openid organisation',
      state: 's',
      nonce: 'n',
    });
    expect(paramsOf((await op.newBrowser().follow(url.href)).url)).toMatchObject({
      error: 'invalid_scope',
      error_description: 'scope organisation: not registered',
    });
  });

  test('the token has the organization only if the scope asks for it; organisation_hint alone is not enough', async () => {
    join(...two);
    const shown = await ask({ scope: 'openid', organisation_hint: 'acme' });
    const { idToken, userInfo } = await redeem(shown, shown.page.url);
    expect([idToken, await userInfo()].map((each) => Object.hasOwn(Object(each), 'organisation'))).toEqual([
      false,
      false,
    ]);
  });
});

test('an attribute can list the organizations, as a list or as comma-separated text', async () => {
  await start({ organisations: { ...rules, from: { claim: 'motto' } } });
  for (const motto of ['corp:acme:filer, corp:beta:reader', ['corp:acme:filer', 'corp:beta:reader']]) {
    op.profile.details.set('anna', { motto });
    const { idToken } = await actFor('acme');
    expect(idToken).toMatchObject({ organisation: { sub: 'acme', roles: ['filer'] } });
  }
});

describe('a configuration is refused', () => {
  const listed = { id: 'acme', name: 'Acme', roles: { filer: ['filers'] } };
  test.each<[string, object]>([
    ['without a pattern and without roles', { list: [{ id: 'acme', name: 'Acme' }] }],
    ['with a direction override in a name', { list: [{ ...listed, name: 'Acme \u202e' }] }],
    ['with markup in a role', { list: [{ ...listed, roles: { '<b>': ['filers'] } }] }],
    ['with a pattern without a separator', { pattern: '{organisation}{role}' }],
  ])('%s', (_, given) => {
    expect(organisationsGuard.safeParse(given).success).toBe(false);
  });

  test('with a client for organizations on a connection without organizations', async () => {
    await expect(startIssuer({ config })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { client: 'office', reason: 'the connection has no organisations' },
    });
  });
});
