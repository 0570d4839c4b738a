import { createHash } from 'node:crypto';
import * as logsSdk from '@aws-sdk/client-cloudwatch-logs';
import * as cognitoSdk from '@aws-sdk/client-cognito-identity-provider';
import * as kmsSdk from '@aws-sdk/client-kms';
import * as lambdaSdk from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { toReceiptAudience } from '../../adapters/cognito/caller.js';
import { readDecisions } from '../../adapters/cognito/decisions.js';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { createCognitoProvisioning } from '../../adapters/cognito/provision.js';
import { atSimulator, deployTriggers, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { Fetch } from '../../src/core/ports.js';
import { issueReceipt } from '../../src/core/receipt.js';
import { addSec } from '../../src/core/units.js';
import { createAwsKmsCalls } from '../../src/storage/keys/aws-kms-calls.js';
import { signIn } from '../../support/fakes/cognito-browser.js';
import { createTestSigner, systemClock, testIssuer } from '../../support/fakes/keys.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { until } from '../../support/run/eventually.js';
import { endAfterwards } from '../../support/run/for-file.js';
import type { Exchange } from '../../support/servers/exchanges.js';
import { startFront } from '../../support/servers/front.js';
import { kmsEnvironment, startKms } from '../../support/servers/kms/index.js';
import { applyAll, createBenchCore, createProcessDeps, toPassedCheck } from '../contract/bench.js';
import { administer, connectionId, requestSecret, toSettings } from '../contract/cognito.js';
import { driveProfile } from './drive-profile.js';
import { judgeCalls } from './judgement.js';
import { type AwsService, judgeAwsCall, namedInTarget } from './smithy.js';

/* What we and the simulators of AWS say to each other, held against the shapes of AWS's own SDK. */

/** A front that keeps what passes. */
async function observe(target: string) {
  const calls: Exchange[] = [];
  const front = await startFront(target, { onExchange: (exchange) => calls.push(exchange) });
  return { calls, url: front.url };
}

const cognitoService: AwsService = { name: 'Cognito', sdk: cognitoSdk, operationOf: namedInTarget };
const kmsService: AwsService = { name: 'KMS', sdk: kmsSdk, operationOf: namedInTarget };
const logsService: AwsService = { name: 'CloudWatch Logs', sdk: logsSdk, operationOf: namedInTarget };
const lambdaService: AwsService = {
  name: 'Lambda',
  sdk: lambdaSdk,
  operationOf({ method, path }) {
    const [, part = ''] = /^\/2015-03-31\/functions\/[^/]+\/(\w+)$/.exec(path) ?? [];
    const operations = new Map([
      ['configuration', 'GetFunctionConfiguration'],
      ['policy', 'GetPolicy'],
    ]);
    if (method === 'PUT' && part === 'configuration') return 'UpdateFunctionConfiguration';
    return method === 'GET' ? (operations.get(part) ?? null) : null;
  },
};

const judge = (service: AwsService, calls: readonly Exchange[]): string[] =>
  judgeCalls(calls, (call) => judgeAwsCall(call, service));

const password = 'Correct-Horse-9';
const secret = 'a-secret-of-the-client-0123456789abcdef';

/** The metadata that Cognito reads of an OpenID provider. */
const discover: Fetch = async () =>
  Response.json({
    issuer: `${testIssuer}/oidc/${connectionId}`,
    authorization_endpoint: `${testIssuer}/a`,
    token_endpoint: `${testIssuer}/t`,
    userinfo_endpoint: `${testIssuer}/u`,
    jwks_uri: `${testIssuer}/j`,
  });

test('Cognito and Lambda: calls of provisioning, doctor, profile and sign-in match the shapes of the AWS SDK', async () => {
  const simulator = await startCognitoSimulator({ triggerTimeoutMs: 30_000, reach: discover });
  endAfterwards(() => simulator.close());
  const { calls, url } = await observe(simulator.url);
  const pool = await simulator.createPool({ PoolName: 'Customers', MfaConfiguration: 'OFF', UserPoolTier: 'PLUS' });
  const administrator = administer({ ...simulator, url }, pool);
  const clientId = await administrator.createAppClient();
  await administrator.createAppClient({ ClientName: 'Other' });
  const sub = await administrator.createUser('ada', password, 'ada@example.com');

  const signer = await createTestSigner();
  deployTriggers(simulator.lambda, pool, {
    connection: connectionId,
    publicUrl: testIssuer,
    clientIds: [clientId],
    requestSecret,
    receiptKeys: JSON.stringify({ keys: await signer.publicKeys() }),
    // Provisioning sets shadow.
    environment: { FACESTEP_MODE: 'enforce' },
  });
  const settings = toSettings({ ...simulator, url }, pool, [clientId], {
    cognito: { triggers: { requestSecret, functions: triggerFunctions } },
    oidc: { clients: [{ kind: 'cognito', id: 'cognito', secret, domains: [simulator.url] }] },
    policy: { mode: 'shadow' },
  });
  const reach = withoutTimeLimit((address, init) => fetch(atSimulator(address, url), init));
  const deps = { ...createProcessDeps(), settings, publicUrl: testIssuer, fetch: reach };
  // Now and then one too many: each is tried once more.
  simulator.throttleEvery(5);
  const { steps, checks, census } = createCognitoProvisioning(deps);
  for (const each of steps) await each.inspect();
  for (const state of await applyAll({ steps })) expect(['ready', 'manual']).toContain(state);
  for (const each of checks) await each.run();
  await census();

  const { profile } = createCognitoAdapter(deps);
  expect(await profile.findAccount('ada@example.com')).toBeNull();
  await expect(profile.readAccount('00000000-0000-4000-a000-000000000000')).rejects.toThrow();
  for (let at = 0; at < 61; at += 1) pool.groups.set(`group-${at}`, new Set(['ada']));
  await driveProfile(profile, { subject: sub, login: 'ada', groups: 61 });

  simulator.throttleEvery(0);
  const core = { ...(await createBenchCore()), clock: systemClock, signer };
  const audience = toReceiptAudience({ userPoolId: pool.id, clientId });
  const answer = async ({ nonce = '' }: Readonly<Record<string, string>>, attempt: number) => {
    if (attempt === 1) return { answer: 'no face' };
    const receipt = (await issueReceipt({ audience, nonce }, toPassedCheck(connectionId, sub, core), core)).use(
      (text) => text,
    );
    return { answer: receipt, metadata: { face_receipt: receipt } };
  };
  const at = { endpoint: url, userPoolId: pool.id, clientId };
  expect(await signIn(at, { username: 'ada', password }, answer)).toMatchObject({ ok: true });
  expect(await signIn(at, { username: 'ada', password: 'wrong' }, answer)).toMatchObject({ ok: false });

  const isLambda = ({ path }: Exchange): boolean => path.startsWith('/2015-03-31/');
  const isLogs = (call: Exchange): boolean => namedInTarget(call) === 'FilterLogEvents';
  expect(
    judge(
      cognitoService,
      calls.filter((call) => !isLambda(call) && !isLogs(call) && call.method !== 'OPTIONS'),
    ),
  ).toEqual([]);
  expect(judge(lambdaService, calls.filter(isLambda))).toEqual([]);

  const since = addSec(systemClock.now(), -1800);
  await until(async () => (await readDecisions(since, deps)).decisions.length > 0);
  simulator.logs.pageSize = 1;
  simulator.logs.emptyPages = 1;
  await readDecisions(since, deps);
  simulator.logs.isReadable = false;
  expect((await readDecisions(since, deps)).reason).toContain('AccessDeniedException');
  expect(judge(logsService, calls.filter(isLogs))).toEqual([]);
});

test('KMS: calls for MACs, signatures and key descriptions match the shapes of the AWS SDK', async () => {
  Object.assign(process.env, kmsEnvironment);
  const kms = await startKms();
  const { calls, url } = await observe(kms.url);
  const deps = { clock: systemClock, log: createTextLog() };
  const aws = createAwsKmsCalls({ region: kms.region, endpoint: url }, deps);
  const sealing = kms.createKey('HMAC_256');
  const digest = createHash('sha256').update('x').digest();
  for (const [spec, algorithm] of [
    ['ECC_NIST_P256', 'ECDSA_SHA_256'],
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256'],
  ] as const) {
    const id = kms.createKey(spec);
    expect(await aws.sign(id, algorithm, digest)).not.toBeNull();
    expect(await aws.getPublicKey(id)).not.toBeNull();
    expect(await aws.describeKey(id)).toMatchObject({ state: 'Enabled' });
  }
  expect(await aws.generateMac(sealing, Buffer.from('message'))).toHaveLength(32);
  kms.disable(sealing);
  expect(await aws.generateMac(sealing, Buffer.from('message'))).toBeNull();
  kms.cause('denied');
  await expect(aws.describeKey(sealing)).rejects.toMatchObject({ code: 'key_service_unavailable' });
  expect(judge(kmsService, calls)).toEqual([]);
});
