import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { paths } from '../../src/connections/openid-client.js';
import { createBodyPools, poolLimits } from '../../src/http/request-budget.js';
import { startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { eventually } from '../../support/run/eventually.js';
import { type HalfSent, sendHalf } from '../../support/servers/half-sent.js';

/* What is posted to an OpenID provider is counted as it arrives, and the library reads it all the same. */

let op: TestIssuer;
const open: HalfSent[] = [];
beforeEach(async () => {
  // No one is cut for being slow: what is unfinished stays so, on a busy machine too.
  op = await startIssuer({ bodyPools: createBodyPools(poolLimits, 60_000) });
});
afterEach(async () => {
  for (const each of open.splice(0)) each.end();
  await eventually(async () => expect(op.server.deps.bodyPools.oidc.anonymous.heldBytes).toBe(0));
});

const addresses = [paths.token, paths.push, paths.userInfo, paths.authorize].map((path) => `/oidc/work${path}`);
const form = { 'content-type': 'application/x-www-form-urlencoded' };

test('unfinished OIDC forms of one source use at most its share of memory, and none of hooks or capture', async () => {
  const { oidc, hooks, capture, clients } = op.server.deps.bodyPools;
  for (const path of addresses) {
    const halves = await Promise.all(
      Array.from({ length: 60 }, () =>
        sendHalf(op.server.port, path, {
          headers: { ...form, 'content-length': '50000' },
          body: Buffer.alloc(40_000, 'a'),
        }),
      ),
    );
    open.push(...halves);
  }
  const { shareBytes } = oidc.anonymous.limits;
  await eventually(async () => expect(oidc.anonymous.heldBytes).toBeGreaterThan(shareBytes - 50_000));
  expect(oidc.anonymous.heldBytes).toBeLessThanOrEqual(shareBytes);
  for (const room of [hooks, capture, clients]) expect(room.anonymous.heldBytes).toBe(0);
});
