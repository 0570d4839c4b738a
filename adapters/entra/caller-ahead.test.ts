import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Fetch } from '../../src/core/ports.js';
import { toTokenIssuanceEvent } from '../../support/data/entra-events.js';
import { toBody } from '../../support/data/event-body.js';
import { until } from '../../support/run/eventually.js';
import { askHook } from '../../test/contract/adapter.js';
import { fetchKeysAhead, isClaimed, openEntraBench, withBearer } from '../../test/contract/entra.js';
import { createCallerCheck } from './caller.js';

const bench = await openEntraBench();
const fetchKeys = await fetchKeysAhead(bench.entra, [bench.entra.tenant, bench.partner]);

/** What metadata and keys are fetched with: it can be held up, and then let go on or fail. It tells what was asked and answered. */
function createHeldFetch() {
  let held = Promise.resolve();
  let letGo = (_failure?: Error): void => {};
  const asked: string[] = [];
  const answered: string[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push(url);
    await held;
    const response = await fetchKeys(url, init);
    answered.push(url);
    return response;
  };
  return {
    fetch,
    asked,
    answered,
    hold(): void {
      held = new Promise((resolve, reject) => {
        letGo = (failure) => {
          held = Promise.resolve();
          if (failure === undefined) resolve();
          else reject(failure);
        };
      });
    },
    letGo: (failure?: Error): void => letGo(failure),
  };
}

describe('signing keys fetched in advance', () => {
  /** A check with nothing known yet, and one call from a tenant. */
  function connect(fetch: Fetch) {
    const { createBearer, clock, hookAppId, entra, partner } = bench;
    const settings = {
      login: entra.url,
      v1Issuer: 'https://sts.windows.net' as const,
      hooks: { appId: hookAppId, tenants: [entra.tenant.id, partner.id], clientApps: [] },
    };
    const { verify, fetchAhead } = createCallerCheck(settings, { host: 'face.example.com', fetch, clock });
    const call = async (tenant = entra.tenant) => verify({ authorization: `Bearer ${await createBearer({}, tenant)}` });
    return { fetchAhead, call };
  }

  test('are refreshed after half an hour, and calls use the cached keys during the refresh', async () => {
    const { fetch, hold, letGo, asked, answered } = createHeldFetch();
    const { call } = connect(fetch);
    await call();
    bench.clock.advanceSec(1_799);
    await call();
    expect(asked).toHaveLength(2);
    bench.clock.advanceSec(1);
    hold();
    for (let each = 0; each < 3; each++) await call();
    expect(asked).toHaveLength(3);
    // It fails, and is tried again a minute later.
    letGo(new TypeError('fetch failed'));
    bench.clock.advanceSec(59);
    await call();
    expect(asked).toHaveLength(3);
    bench.clock.advanceSec(1);
    await call();
    await until(() => answered.length === 4);
    bench.clock.advanceSec(1_799);
    await call();
    expect(asked).toHaveLength(5);
  });
});

test('the first sign-in gets the claim with the keys fetched at the start, even if later fetches hang', async () => {
  const { fetch, hold, letGo, answered } = createHeldFetch();
  hold();
  const started = bench.connect({ fetch });
  letGo();
  await until(() => answered.length === 2);
  hold();
  const user = randomUUID();
  await bench.passStepUp(user);
  const event = toTokenIssuanceEvent(bench.entra.tenant.id, user, randomUUID());
  const reply = await askHook(started, 'token-issuance-start', withBearer(await bench.createBearer(), toBody(event)));
  expect(isClaimed(reply)).toBe(true);
});
