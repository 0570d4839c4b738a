import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventsServiceAppId } from '../../simulators/entra/tenant.js';
import type { Fetch } from '../../src/core/ports.js';
import { keyOutages } from '../../support/data/key-outages.js';
import { createForgedBearers, fetchKeysAhead, openEntraBench } from '../../test/contract/entra.js';
import { createCallerCheck } from './caller.js';

const refused = { code: 'caller_untrusted' };
const outage = { code: 'profile_unavailable' };
const host = 'face.example.com';

const bench = await openEntraBench();
const { partner } = bench;
const fetchKeys = await fetchKeysAhead(bench.entra, [bench.entra.tenant, partner]);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A verifier with nothing cached, over a fetch that counts. */
function connect({ tenants = [bench.entra.tenant.id], fetch = fetchKeys } = {}) {
  const urls: string[] = [];
  const counting: Fetch = (url, init) => {
    urls.push(new URL(url).pathname);
    return fetch(url, init);
  };
  const settings = {
    login: bench.entra.url,
    v1Issuer: 'https://sts.windows.net' as const,
    hooks: { appId: bench.hookAppId, tenants, clientApps: [] },
  };
  const { verify } = createCallerCheck(settings, { host, fetch: counting, clock: bench.clock });
  return { urls, verify };
}

describe('a call of the events service', () => {
  test('is accepted with its tenant; metadata and keys are fetched once', async () => {
    const { verify, urls } = connect();
    const { id } = bench.entra.tenant;
    for (let call = 0; call < 3; call++) {
      expect(await verify(bearer(await bench.createBearer()))).toEqual({ tenantId: id });
    }
    expect(urls).toEqual([`/${id}/v2.0/.well-known/openid-configuration`, `/${id}/discovery/v2.0/keys`]);
  });

  test('is accepted with the application id or URI as audience, in tokens of versions 1 and 2', async () => {
    const { verify } = connect();
    const { id } = bench.entra.tenant;
    const v1 = { iss: `https://sts.windows.net/${id}/`, azp: undefined, appid: eventsServiceAppId, ver: '1.0' };
    for (const claims of [
      { aud: `api://${host}/${bench.hookAppId}` },
      { ...v1, aud: `api://${host}/${bench.hookAppId}` },
      v1,
      { exp: bench.clock.now() / 1000 - 29 },
      { nbf: bench.clock.now() / 1000 + 29 },
      { tid: id.toUpperCase() },
    ]) {
      expect(await verify(bearer(await bench.createBearer(claims)))).toEqual({ tenantId: id });
    }
  });

  test('is refused with every kind of forged token', async () => {
    const { verify } = connect();
    const forged = await createForgedBearers(bench);
    expect(forged.length).toBeGreaterThan(20);
    for (const token of forged) await expect(verify(bearer(token))).rejects.toMatchObject(refused);
    for (const headers of [{}, { authorization: await bench.createBearer() }, { authorization: 'Bearer ' }])
      await expect(verify(headers)).rejects.toMatchObject(refused);
    await expect(verify(bearer('x'.repeat(100_000)))).rejects.toMatchObject(refused);
  });

  test('must name the events service in the claim of its token version', async () => {
    const { verify } = connect();
    const iss = `https://sts.windows.net/${bench.entra.tenant.id}/`;
    for (const claims of [
      { iss, appid: randomUUID() },
      { iss, azp: eventsServiceAppId, appid: undefined },
      { azp: randomUUID(), appid: eventsServiceAppId },
    ])
      await expect(verify(bearer(await bench.createBearer(claims)))).rejects.toMatchObject(refused);
  });
});

describe('a caller’s tenant', () => {
  test('is accepted if configured, and only with its own keys', async () => {
    const { verify, urls } = connect({ tenants: [bench.entra.tenant.id, partner.id] });
    expect(await verify(bearer(await bench.createBearer({}, partner)))).toEqual({ tenantId: partner.id });
    expect(await verify(bearer(await bench.createBearer()))).toEqual({ tenantId: bench.entra.tenant.id });
    expect(urls).toHaveLength(4);
    // One tenant of the list cannot speak for another.
    for (const claims of [{ tid: partner.id }, { tid: partner.id, iss: partner.issuer }])
      await expect(verify(bearer(await bench.createBearer(claims)))).rejects.toMatchObject(refused);
  });

  test('may be identified by its domain, as documented, or by its id, as in its metadata, if it is external', async () => {
    const external = await bench.entra.addTenant('external');
    const { verify } = connect({ tenants: [external.id], fetch: bench.entra.fetch });
    for (const iss of [external.issuer, `${bench.entra.url}/${external.id}/v2.0`])
      expect(await verify(bearer(await bench.createBearer({ iss }, external)))).toEqual({ tenantId: external.id });
    for (const iss of [`https://login.example/${external.id}/v2.0`, `${bench.entra.url}/${partner.id}/v2.0`])
      await expect(verify(bearer(await bench.createBearer({ iss }, external)))).rejects.toMatchObject(refused);
  });

  test('is refused if not configured, and no metadata or keys are fetched', async () => {
    const { verify, urls } = connect();
    await expect(verify(bearer(await bench.createBearer({}, partner)))).rejects.toMatchObject(refused);
    expect(urls).toEqual([]);
  });
});

describe('signing keys of a tenant', () => {
  test('are fetched again after a rotation', async () => {
    const { verify, urls } = connect({ tenants: [partner.id] });
    const former = await bench.createBearer({}, partner);
    await verify(bearer(former));
    await bench.entra.rotateKey(partner);
    const fresh = connect({ tenants: [partner.id], fetch: await fetchKeysAhead(bench.entra, [partner]) });
    await fresh.verify(bearer(await bench.createBearer({}, partner)));
    // What the former key signed stays good while it is published.
    await fresh.verify(bearer(former));
    // Within the pause between two fetches strangers cannot make us fetch for each of their tokens.
    const [header = '', ...rest] = former.split('.');
    const { kid: _, ...unnamed } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const strange = Buffer.from(JSON.stringify({ ...unnamed, kid: 'unknown' })).toString('base64url');
    for (let call = 0; call < 5; call++)
      await expect(verify(bearer([strange, ...rest].join('.')))).rejects.toMatchObject(refused);
    expect(urls.length).toBeLessThanOrEqual(3);
  });

  test('are reported as an outage, not as an untrusted caller, if they cannot be fetched, and are fetched again', async () => {
    const isMetadata = (url: string): boolean => url.includes('.well-known');
    for (const isDown of [isMetadata, (url: string) => !isMetadata(url)]) {
      for (const answer of keyOutages) {
        let down = true;
        const fetch: Fetch = (url, init) => (down && isDown(url) ? answer() : fetchKeys(url, init));
        const { verify } = connect({ fetch });
        await expect(verify(bearer(await bench.createBearer()))).rejects.toMatchObject(outage);
        down = false;
        if (isDown === isMetadata) await verify(bearer(await bench.createBearer()));
      }
    }
  });

  test('are refused if they belong to another issuer, even if the tenant publishes them', async () => {
    const { entra } = bench;
    const { id } = entra.tenant;
    const answerWith =
      (issuer: string): Fetch =>
      async (url, init) => {
        if (!url.includes('/discovery/')) return fetchKeys(url, init);
        return Response.json({ keys: entra.tenant.keys.map(({ publicJwk }) => ({ ...publicJwk, issuer })) });
      };
    for (const issuer of [
      partner.issuer,
      'https://login.example/{tenantid}x/v2.0',
      'x',
      `https://login.example/v2.0/${id}`,
    ]) {
      const { verify } = connect({ fetch: answerWith(issuer) });
      await expect(verify(bearer(await bench.createBearer()))).rejects.toMatchObject(refused);
    }
    for (const issuer of [
      'https://login.example/{tenantid}/v2.0',
      'https://{tenantid}.ciamlogin.example/{tenantid}/v2.0',
      `https://${id}.ciamlogin.example/${id}/v2.0`,
    ]) {
      expect(await connect({ fetch: answerWith(issuer) }).verify(bearer(await bench.createBearer()))).toEqual({
        tenantId: id,
      });
    }
  });

  test('are not used if the metadata names another tenant or an http address', async () => {
    const { entra } = bench;
    const { id, issuer } = entra.tenant;
    const jwks_uri = `${entra.url}/${id}/discovery/v2.0/keys`;
    for (const metadata of [
      { issuer: partner.issuer, jwks_uri },
      { issuer: `${entra.url}/${id}`, jwks_uri },
      { issuer, jwks_uri: 'http://evil.example/keys' },
      { issuer, jwks_uri: 7 },
      { issuer },
    ]) {
      const { verify } = connect({ fetch: async () => Response.json(metadata) });
      await expect(verify(bearer(await bench.createBearer()))).rejects.toMatchObject(outage);
    }
  });
});
