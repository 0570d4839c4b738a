import { expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../support/benches/core.js';
import { blocksOf, readPage } from '../../../support/benches/page.js';
import { startVendorBench } from '../../../support/benches/vendor-bench.js';
import { connectionGuards } from '../../../support/data/connection-guards.js';
import { startApiServer } from '../../../support/servers/api-server.js';
import { loadConfig } from '../../config/load.js';
import { problemsOf } from '../../config/problem.js';
import type { Policy } from '../../core/connection.js';
import type { SignInRule } from '../../core/rules/rule.js';
import { toCode } from '../../errors.js';
import { awsLivenessGuard } from './aws/config.js';
import { vendorLiveness } from './index.js';
import { createVendorChecks } from './vendors.js';

const aws = { region: 'eu-west-1', role: 'arn:aws:iam::123456789012:role/facestep-liveness' };

const load = (policy: object, settings: object) =>
  loadConfig({
    env: { FACESTEP_CONFIG: '/f' },
    readFile: async () =>
      JSON.stringify({
        ...settings,
        connections: [
          {
            id: 'acme',
            kind: 'scim',
            scim: { baseUrl: 'https://idp.example.com/scim/v2', auth: { kind: 'bearer', token: 'secret-token' } },
            policy: { mode: 'enforce', ...policy },
          },
        ],
      }),
    connectionGuards,
    sections: vendorLiveness.sections,
    checkSections: vendorLiveness.check,
  });

const problemsWith = async (policy: object, settings: object) =>
  problemsOf(await load(policy, settings).catch((error: unknown) => error));

test('a connection gets the vendor with a confidence of 80 and no fallback, unless it says otherwise', async () => {
  const { connections, ...loaded } = await load({ liveness: { vendor: 'aws' } }, { liveness: { aws } });
  expect(connections[0]!.policy.liveness).toEqual({ vendor: 'aws', confidence: 80, fallback: 'none' });
  expect(loaded.liveness.aws).toMatchObject({ ...aws, challenge: 'movement_and_light' });
});

test('the example in docs/liveness-vendors.md is accepted', async () => {
  const [example = ''] = blocksOf(readPage('docs/liveness-vendors.md'), 'json').filter((text) =>
    text.includes('"connections"'),
  );
  const { connections } = await loadConfig({
    env: { FACESTEP_CONFIG: '/f', OKTA_TOKEN: 'token', OKTA_HOOK_SECRET: 'a-secret-of-0123456789-characters' },
    readFile: async () => example,
    connectionGuards,
    sections: vendorLiveness.sections,
    checkSections: vendorLiveness.check,
  });
  expect(connections[0]!.policy.liveness).toEqual({ vendor: 'aws', confidence: 80, fallback: 'none' });
});

test.each([
  ['a vendor that is not configured', { liveness: { vendor: 'aws' } }, {}, 'policy.liveness.vendor'],
  [
    'a vendor of a rule that is not configured',
    {
      rules: [
        { name: 'a', mode: 'shadow' },
        { name: 'b', mode: 'shadow', liveness: { vendor: 'aws' } },
      ],
    },
    {},
    'policy.rules.1.liveness.vendor',
  ],
  [
    'a level that needs three pictures next to a vendor of a rule',
    { rules: [{ name: 'a', mode: 'enforce', liveness: { vendor: 'aws' } }], accuracy: 6 },
    { aws },
    'policy.accuracy',
  ],
  ['a level that needs three pictures', { liveness: { vendor: 'aws' }, accuracy: 6 }, { aws }, 'policy.accuracy'],
  [
    'a confidence that lets almost anything pass',
    { liveness: { vendor: 'aws', confidence: 10 } },
    { aws },
    'policy.liveness',
  ],
])('the configuration is refused with %s', async (_name, policy, vendors, path) => {
  const problems = await problemsWith(policy, { liveness: vendors });
  expect(problems.map((problem) => problem.path.includes(path))).toContain(true);
});

test.each([
  ['a role that is not one', { ...aws, role: 'facestep' }],
  ['a region that is not one', { ...aws, region: 'Ireland' }],
])('the configuration is refused with %s', async (_name, given) => {
  expect(await problemsWith({}, { liveness: { aws: given } })).not.toEqual([]);
});

const policyOf = async (origin: string): Promise<string> =>
  (await fetch(`${origin}/face/`)).headers.get('content-security-policy') ?? '';

test('the page may connect to the hosts of the vendor only if it is configured', async () => {
  const without = await startApiServer();
  expect(await policyOf(without.origin)).toContain("connect-src 'self';");
  const bench = await startVendorBench();
  const { host } = new URL(bench.rekognition.streamUrl);
  expect(await policyOf(bench.server.origin)).toContain(`connect-src 'self' wss://${host} https://${host};`);
});

test('with AWS, the page may connect to the stream of the region and to the host of the detector’s model', async () => {
  const server = await startApiServer({ sections: { liveness: { aws } } });
  expect(await policyOf(server.origin)).toContain(
    "connect-src 'self' wss://streaming-rekognition.eu-west-1.amazonaws.com https://cdn.liveness.rekognition.amazonaws.com;",
  );
});

test('the doctor tries the vendor, opens no session, and warns of a fallback that is not certified', async () => {
  const bench = await startVendorBench();
  const { rekognition, server } = bench;
  const settings = awsLivenessGuard.parse({ ...aws, endpoint: rekognition.url });
  const toLiveness = (fallback: 'none' | 'movement') => ({ vendor: 'aws', confidence: 80, fallback });
  const examine = async (fallback: 'none' | 'movement') => examinePolicy({ liveness: toLiveness(fallback) });
  const examinePolicy = async (changes: Partial<Policy>) => {
    const policy = { ...defaultPolicy, ...changes };
    const connection = (await load({}, {})).connections[0]!;
    const [check, ...others] = createVendorChecks(
      { liveness: { aws: settings } },
      { ...connection, policy },
      server.deps,
    );
    expect(others).toEqual([]);
    return check?.run().catch((error: unknown) => ({ verdict: 'fail', found: toCode(error) }));
  };
  expect(await examine('none')).toMatchObject({ verdict: 'pass', found: expect.stringMatching(/^aws answers/) });
  expect(await examine('movement')).toMatchObject({ verdict: 'warn' });
  const toRule = (fallback: 'none' | 'movement'): SignInRule => {
    const name = `rule with ${fallback}`;
    return { name, when: {}, outcome: 'face', mode: 'enforce', liveness: toLiveness(fallback) };
  };
  expect(await examinePolicy({})).toBeUndefined();
  expect(await examinePolicy({ rules: [toRule('none')] })).toMatchObject({ verdict: 'pass' });
  expect(await examinePolicy({ rules: [toRule('none'), toRule('movement')] })).toMatchObject({ verdict: 'warn' });
  expect(rekognition.created).toEqual([]);
  rekognition.cause('denied');
  expect(await examine('none')).toEqual({ verdict: 'fail', found: 'liveness_refused' });
});
