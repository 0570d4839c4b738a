import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { startService } from '../../examples/demo/service.js';
import { createFolder } from '../../support/run/folder.js';
import { endAfterwards } from '../../support/run/for-file.js';
import { modelsFolder } from '../../support/run/paths.js';
import { createTable, startDynamoDb } from '../../support/servers/dynamodb.js';
import { kmsEnvironment, startKms } from '../../support/servers/kms/index.js';
import { serveForTest } from '../../support/servers/serve.js';
import { createDynamoDbClient } from '../storage/state/dynamodb.js';
import { ignoreUserFiles } from './user-files.js';

/* Files of the account that runs the server, and an account without a home folder. */

const compiled = (name: string) => new URL(name, import.meta.url).href;

const region = 'eu-central-1';
const top = createFolder('user-files');
const foreignHome = join(top, 'home');
const folder = join(top, 'folder');

/** Everything that the providers are asked: the host that was called, and the path. */
const asked: string[] = [];
const foreign: string[] = [];
const provider = createServer((request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers['x-amz-target'] ?? ''}`.trim());
  response.writeHead(500).end();
});
// A TLS handshake with this server fails, but is a connection.
provider.on('connection', () => asked.push('connection'));
const other = createServer((request, response) => {
  foreign.push(request.url ?? '');
  response.writeHead(500).end();
});

let providerUrl: string;
let kms: Awaited<ReturnType<typeof startKms>>;
let dynamoDb: Awaited<ReturnType<typeof startDynamoDb>>;

beforeAll(async () => {
  const served = await serveForTest(provider);
  const servedOther = await serveForTest(other);
  providerUrl = `http://${served.host}`;
  kms = await startKms(region);
  dynamoDb = await startDynamoDb();
  endAfterwards(() => dynamoDb.stop());
  const foreignUrl = `http://${servedOther.host}`;
  mkdirSync(join(foreignHome, '.aws'), { recursive: true });
  mkdirSync(join(foreignHome, '.okta'));
  mkdirSync(folder);
  const settings = [
    `endpoint_url = ${foreignUrl}`,
    'use_fips_endpoint = perhaps',
    'use_dualstack_endpoint = perhaps',
    'max_attempts = many',
    'retry_mode = never',
    'defaults_mode = strange',
    'credential_process = false',
  ];
  writeFileSync(join(foreignHome, '.aws/config'), ['[default]', ...settings, ''].join('\n'));
  writeFileSync(
    join(foreignHome, '.aws/credentials'),
    '[default]\naws_access_key_id = FOREIGN\naws_secret_access_key = foreign\n',
  );
  writeFileSync(join(foreignHome, '.okta/okta.yaml'), '');
  writeFileSync(
    join(folder, 'okta.yaml'),
    `okta:\n  client:\n    orgUrl: ${foreignUrl}\n    keyId: foreign\n    token: x\n`,
  );
});

/** Makes Node behave as for an account without an entry in /etc/passwd. */
const withoutPasswd = `data:text/javascript,${encodeURIComponent(`
  import os from 'node:os';
  import { syncBuiltinESMExports } from 'node:module';
  const fail = () => { throw Object.assign(new Error('no passwd entry'), { code: 'ERR_SYSTEM_ERROR' }); };
  const { homedir } = os;
  os.homedir = () => process.env.HOME || fail();
  os.userInfo = fail;
  syncBuiltinESMExports();
`)}`;

const accounts: readonly [name: string, env: () => Record<string, string>][] = [
  ['files of the SDKs in HOME and in the folder', () => ({ HOME: foreignHome })],
  ['no HOME and no entry in /etc/passwd', () => ({ HOME: '', NODE_OPTIONS: `--import ${withoutPasswd}` })],
];

const pool = `${region}_aB3dE5gH7`;
const policy = { mode: 'shadow' };
const connections = (secureUrl = providerUrl.replace('http:', 'https:')) => [
  {
    id: 'okta',
    kind: 'okta',
    policy,
    okta: {
      orgUrl: providerUrl,
      auth: { kind: 'api_token', token: 't' },
      hooks: { secret: { value: '0123456789abcdef' } },
    },
  },
  {
    id: 'cognito',
    kind: 'cognito',
    policy,
    cognito: {
      userPoolId: pool,
      clientIds: ['1h57kf5cpq17m0eml12EXAMPLE'],
      endpoint: providerUrl,
      credentials: { kind: 'default' },
      triggers: { requestSecret: 'c'.repeat(32) },
    },
  },
  {
    id: 'entra',
    kind: 'entra',
    policy,
    entra: {
      tenantId: '11111111-1111-4111-8111-111111111111',
      clientId: '22222222-2222-4222-8222-222222222222',
      auth: { kind: 'secret', secret: 's' },
      endpoints: { login: secureUrl, graph: secureUrl },
    },
  },
  {
    id: 'onelogin',
    kind: 'onelogin',
    policy,
    onelogin: {
      accountUrl: providerUrl,
      clientId: 'c',
      clientSecret: 's',
      hooks: { secret: 'h'.repeat(32) },
      facePolicyId: 1,
    },
  },
];

const uuid = '33333333-3333-4333-8333-333333333333';
const subjects = { okta: '00u1abcDEF2ghiJKL3m7', cognito: uuid, entra: uuid, onelogin: '4711' };

describe.each(accounts)('a server with %s', (_, envOf) => {
  test('the server uses DynamoDB and KMS, and calls the configured addresses of all providers', async () => {
    const table = `facestep-${accounts.findIndex((each) => each[1] === envOf)}`;
    const state = { kind: 'dynamodb', table, region, endpoint: dynamoDb.endpoint };
    Object.assign(process.env, kmsEnvironment);
    await createTable(createDynamoDbClient({ ...state, kind: 'dynamodb' }), table);
    const keys = {
      kind: 'aws-kms',
      region,
      endpoint: kms.url,
      signing: { keyId: kms.createKey('ECC_NIST_P256') },
      sealing: [{ version: 1, keyId: kms.createKey('HMAC_256') }],
    };
    const config = join(top, `${table}.json`);
    const verifier = { kind: 'embedded', workers: 1 };
    writeFileSync(config, JSON.stringify({ modelsFolder, verifier, state, keys, connections: connections() }));
    const adminKey = `fsa_${'k'.repeat(40)}`;
    const service = await startService(
      {
        PORT: '0',
        FACESTEP_CONFIG: config,
        FACESTEP_DATA: join(top, `${table}-data`),
        FACESTEP_ADMIN_KEY: adminKey,
        ...kmsEnvironment,
        ...envOf(),
      },
      undefined,
      undefined,
      folder,
    );
    try {
      for (const [id, subject] of Object.entries(subjects)) {
        asked.length = 0;
        await fetch(`${service.url}/subjects/export`, {
          method: 'POST',
          headers: { 'x-admin-key': adminKey, 'content-type': 'application/json' },
          body: JSON.stringify({ connection: id, subject }),
        });
        expect([id, asked.length > 0]).toEqual([id, true]);
      }
    } finally {
      await service.stop();
    }
    expect(foreign).toEqual([]);
  });

  test('SMS are sent through SNS at the configured address, with the credentials of the environment', async () => {
    asked.length = 0;
    await sendSms(providerUrl, { ...kmsEnvironment, ...envOf() });
    expect([asked.includes('POST /'), foreign]).toEqual([true, []]);
  });
});

/** Sends an SMS in a process of its own, in which host names cannot be resolved. */
async function sendSms(endpoint: string | null, env: Record<string, string>): Promise<void> {
  const code = `
    const dns = await import('node:dns');
    dns.default.lookup = (...given) => given.at(-1)(new Error('no names here'));
    const { ignoreUserFiles } = await import(${JSON.stringify(compiled('user-files.js'))});
    const { createSnsDelivery } = await import(${JSON.stringify(compiled('../notifications/delivery/aws-sns.js'))});
    ignoreUserFiles(process.env);
    const sns = createSnsDelivery({ region: '${region}', endpoint: ${JSON.stringify(endpoint)}, senderId: null }, { others: { outbox: [] } });
    await sns.send({ channel: 'sms', to: '+4930123456', text: 'x' }).catch(() => {});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    stdio: 'inherit',
    env: { PATH: process.env.PATH ?? '', AWS_EC2_METADATA_DISABLED: 'true', ...env },
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
}

test('AWS files in the home folder do not determine the address or the credentials', async () => {
  asked.length = 0;
  await sendSms(null, { ...kmsEnvironment, HOME: foreignHome });
  await sendSms(providerUrl, { HOME: foreignHome });
  expect([asked, foreign]).toEqual([[], []]);
});

test('the AWS SDK reads its shared files if the environment names a profile or a file', () => {
  const change = (env: NodeJS.ProcessEnv) => {
    ignoreUserFiles(env);
    return env;
  };
  expect(change({ HOME: '/h', AWS_PROFILE: 'work' })).toEqual({ HOME: '/h', AWS_PROFILE: 'work' });
  expect(change({ HOME: '/h', AWS_CONFIG_FILE: '/a' })).toMatchObject({ AWS_CONFIG_FILE: '/a' });
  expect(change({ HOME: '/h', AWS_SHARED_CREDENTIALS_FILE: '/a' })).toMatchObject({
    AWS_SHARED_CREDENTIALS_FILE: '/a',
  });
});
