import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { redact } from '../app/settings.js';
import { Credential } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { createConnectionFields } from './connection.js';
import { headerCredentialGuard } from './credential.js';
import { loadConfig, loadKeptConfig, loadStoredConfig } from './load.js';
import { problemsOf } from './problem.js';
import type { Environment } from './references.js';

// Two providers of the test's own, so that what tells them apart is tested too.
const sampleGuard = z.strictObject({
  ...createConnectionFields([]),
  kind: z.literal('sample'),
  sample: z.strictObject({ orgUrl: z.url(), hookSecret: headerCredentialGuard }),
});
const otherGuard = z.strictObject({ ...createConnectionFields([]), kind: z.literal('other') });

const load = (file: unknown, env: Environment = {}, files: Record<string, string> = {}) =>
  loadConfig({
    env: { FACESTEP_CONFIG: '/etc/facestep.json', ...env },
    readFile: async (path) => {
      const text =
        path === '/etc/facestep.json' ? (typeof file === 'string' ? file : JSON.stringify(file)) : files[path];
      if (text === undefined) throw new Error(`ENOENT ${path}`);
      return text;
    },
    connectionGuards: [sampleGuard, otherGuard],
    sections: {},
  });

const refusalOf = async (work: Promise<unknown>): Promise<{ code: string; paths: string[]; printed: string }> => {
  const error: unknown = await work.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaceError)) throw error;
  const { problems } = z
    .object({ problems: z.array(z.object({ path: z.string(), reason: z.string().min(1) })) })
    .parse(error.detail);
  return { code: error.code, paths: problems.map(({ path }) => path), printed: inspect(error, { depth: 9 }) };
};

const secretOf = (credential: Credential | null): string | null => credential?.use((text) => text) ?? null;

const sample = {
  id: 'acme',
  kind: 'sample',
  policy: { mode: 'shadow' },
  sample: { orgUrl: 'https://acme.example', hookSecret: 'Bearer s3cret' },
};

describe('a connection without a valid mode', () => {
  const reason = 'expected "shadow" to try it (it refuses no sign-in), or "enforce"';

  test.each([
    [undefined, { path: 'connections.0 (acme).policy', reason: `policy.mode is required: ${reason}` }],
    [null, { path: 'connections.0 (acme).policy', reason: `policy.mode is required: ${reason}` }],
    [{ accuracy: 5 }, { path: 'connections.0 (acme).policy.mode', reason }],
    [{ mode: 'Shadow' }, { path: 'connections.0 (acme).policy.mode', reason }],
  ])('is refused with the policy %j, and the error names both modes', async (policy, problem) => {
    expect(await load({ connections: [{ ...sample, policy }] }).then(() => 'loaded', problemsOf)).toEqual([problem]);
  });
});

describe('the loader of the configuration refuses', () => {
  const remote = (url: string) => ({ verifier: { kind: 'facenition', url, token: 't' } });
  const smtp = (change: object) => ({
    delivery: { kind: 'smtp', url: 'smtp://u:p@mail.example:587', from: 'a@b.example', ...change },
  });
  const withPasskeys = (publicUrl?: string) => ({
    publicUrl,
    connections: [{ ...sample, policy: { mode: 'shadow', userSecret: 'passkey' } }],
  });

  test.each([
    ['text that is not JSON', '{"port": 1,', 'FACESTEP_CONFIG'],
    ['a duplicate name', '{"verifier":{"kind":"embedded","kind":"embedded"}}', 'verifier.kind'],
    ['a prototype key', '{"__proto__":{"port":1}}', 'configuration'],
    ['an unknown key of an inner object', { verifier: { kind: 'embedded', threads: 2 } }, 'verifier'],
    ['a port out of range', { port: 65_536 }, 'port'],
    ['a header secret with a line break', { adminKey: 'a\r\nb: c' }, 'adminKey'],
    ['an empty secret', { adminKey: '' }, 'adminKey'],
    ['an id that is not a slug', { connections: [{ ...sample, id: '../x' }] }, 'connections.0.id'],
    ['two connections with the same id', { connections: [sample, sample] }, 'connections'],
    ['an unknown provider', { connections: [{ ...sample, kind: 'nobody' }] }, 'connections.0 (acme).kind'],
    ['settings of another provider', { connections: [{ ...sample, kind: 'other' }] }, 'connections.0 (acme)'],
    ['a reference to an unset variable', { adminKey: { env: 'NOT_SET' } }, 'adminKey'],
    ['a reference to an empty file', { adminKey: { file: '/empty' } }, 'adminKey'],
    ['a reference with two sources', { adminKey: { env: 'SET', file: '/set' } }, 'adminKey'],
    ['a path in the public address', { publicUrl: 'https://example.com/face', connections: [sample] }, 'publicUrl'],
    ['the address of the face service over http', remote('http://face.example'), 'verifier.url'],
    ['a user name in the address of the face service', remote('https://user:secret@face.example'), 'verifier.url'],
    ['a query in the address of the face service', remote('https://face.example/?key=secret'), 'verifier.url'],
    ['e-mail delivery with another protocol', smtp({ url: 'https://mail.example' }), 'delivery.url'],
    ['SMTP without TLS', smtp({ url: 'smtp://u:p@mail.example:587?ignoreTLS=true' }), 'delivery.url'],
    [
      'SMTP that accepts any certificate',
      smtp({ url: 'smtps://u:p@mail.example?tls.rejectUnauthorized=false' }),
      'delivery.url',
    ],
    ['SMTP without required TLS', smtp({ requireTls: false }), 'delivery.requireTls'],
    ['passkeys without a public address', withPasskeys(), 'publicUrl'],
    ['passkeys without a domain name', withPasskeys('https://192.0.2.7'), 'publicUrl'],
    ['passkeys over http', withPasskeys('http://face.example'), 'publicUrl'],
  ])('%s', async (_name, file, path) => {
    const refusal = await refusalOf(load(file, { SET: 'x' }, { '/empty': '\n', '/set': 'x' }));
    expect(refusal).toMatchObject({ code: 'config_invalid', paths: [path] });
  });

  test.each([
    ['a bare % in its password', 'redis://u:50%canary@10.0.0.5:6379', '%25'],
    ['a database that is not a number', 'redis://10.0.0.5:6379/canary', 'the number of a database'],
    ['another protocol', 'http://canary.example', 'expected redis://'],
  ])('Redis with %s, and the error names the correct form', async (_name, url, reason) => {
    const error: unknown = await load({ state: { kind: 'redis', url } }).catch((thrown: unknown) => thrown);
    expect(problemsOf(error)).toEqual([{ path: 'state.url', reason: expect.stringContaining(reason) }]);
    expect(JSON.stringify(problemsOf(error))).not.toContain('canary');
  });

  const passwords = [
    'ca#nary',
    'ca?nary',
    'ca@nary',
    'ca/nary',
    'ca[nary',
    'ca]nary',
    'ca\\nary',
    '12#3',
    '12/3',
    '1?2',
    '1/2@3',
  ];
  test.each(passwords)('the unencoded password %s in an address, which would name another host', async (password) => {
    const settings = ['redis', 'rediss', 'smtp', 'smtps'].flatMap((protocol) =>
      [`${protocol}://user:${password}@host.example:1234`, `${protocol}://${password}@host.example`].map((url) =>
        protocol.startsWith('redis')
          ? { state: { kind: 'redis', url } }
          : { delivery: { kind: 'smtp', url, from: 'a@b.example' } },
      ),
    );
    for (const each of settings) {
      const error: unknown = await load(each).catch((thrown: unknown) => thrown);
      const [name = ''] = Object.keys(each);
      expect(problemsOf(error)).toEqual([
        { path: `${name}.url`, reason: expect.stringContaining('as %40 %2F %3F %23') },
      ]);
      expect(JSON.stringify(problemsOf(error))).not.toContain('nary');
    }
    const encoded = encodeURIComponent(password);
    for (const url of [`redis://:${encoded}@10.0.0.5:6379/3`, `rediss://u:${encoded}@[::1]`])
      await load({ state: { kind: 'redis', url } });
  });

  test('several errors with one report, which names environment variables', async () => {
    expect((await refusalOf(load({ port: 1 }, { PORT: 'eighty' }))).paths).toEqual(['PORT']);
    const { paths } = await refusalOf(load({ port: 'x', host: '', extra: 1 }));
    expect(paths.toSorted()).toEqual(['configuration', 'host', 'port']);
  });
});

describe('the loader of the configuration accepts', () => {
  test('environment variables, which override the file', async () => {
    const file = { port: 1, dataFolder: '/file', adminKey: 'from-file' };
    const config = await load(file, { PORT: '9090', FACESTEP_DATA: '/env', FACESTEP_ADMIN_KEY: 'from-env' });
    expect(config).toMatchObject({ port: 9090, dataFolder: '/env' });
    expect(secretOf(config.adminKey)).toBe('from-env');
  });

  test('a polling receiver of security events with a token, and refuses one without', async () => {
    const receiver = { id: 'siem', url: null, audience: 'https://siem.example.com' };
    const config = await load({ securityEvents: [{ ...receiver, token: 'a-token' }] });
    expect(config.securityEvents).toMatchObject([{ url: null, subject: 'complex' }]);
    await expect(load({ securityEvents: [receiver] })).rejects.toMatchObject({
      detail: { problems: [{ path: 'securityEvents.0.token' }] },
    });
  });

  test('receivers of security events with keys in AWS KMS only if there are RSA keys', async () => {
    const keys = {
      kind: 'aws-kms',
      region: 'eu-central-1',
      signing: { keyId: 'a' },
      sealing: [{ version: 1, keyId: 'b' }],
    };
    const securityEvents = [{ id: 'siem', url: 'https://siem.example.com', audience: 'siem' }];
    expect(await load({ securityEvents, keys: { ...keys, oidc: { keyId: 'c' } } })).toMatchObject({ keys: {} });
    await expect(load({ securityEvents, keys })).rejects.toMatchObject({
      detail: { problems: [{ path: 'keys.oidc' }] },
    });
  });

  test('secrets by reference at any depth, without the line break at the end of a file', async () => {
    const file = {
      adminKey: { env: 'KEY' },
      verifier: { kind: 'facenition', url: 'http://127.0.0.1:1/base', token: { file: '/run/token' } },
      connections: [{ ...sample, sample: { ...sample.sample, hookSecret: { file: '/run/hook' } } }],
    };
    const config = await load(file, { KEY: 'one' }, { '/run/token': 'two\n', '/run/hook': 'three\r\n' });
    expect(secretOf(config.adminKey)).toBe('one');
    expect(config.verifier.kind === 'facenition' && secretOf(config.verifier.token)).toBe('two');
    expect(config.connections.map((each) => each.kind === 'sample' && secretOf(each.sample.hookSecret))).toEqual([
      'three',
    ]);
  });
});

describe('secrets are not printed', () => {
  test('if they are values of an unexpected type', () => {
    const config = {
      key: Buffer.from('s3cret'),
      at: new Map([['s3cret', 1]]),
      token: new Credential('s3cret'),
      port: 1,
    };
    expect(redact(config)).toEqual({ key: '[set]', at: '[set]', token: '[set]', port: 1 });
  });

  const canary = 'zq7-canary';
  const secrets = fc.tuple(fc.string(), fc.string()).map(([before, after]) => `${before}${canary}${after}`);

  test('in any output or error', async () => {
    const slots = fc.record(
      {
        adminKey: secrets,
        token: secrets,
        url: fc.oneof(secrets, fc.constant(`smtps://u:${canary}@mail`)),
        hookSecret: secrets,
        // A secret pasted into a field that prints: refused, and not quoted.
        orgUrl: secrets.map((text) => `no address ${text}`),
        port: fc.option(secrets, { nil: 80 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(slots, fc.boolean(), async (given, byEnvironment) => {
        const file = {
          ...(given.port === undefined ? {} : { port: given.port }),
          ...(given.adminKey === undefined ? {} : { adminKey: byEnvironment ? { env: 'SECRET' } : given.adminKey }),
          verifier: { kind: 'facenition', url: 'https://face.example', token: given.token ?? 't' },
          delivery: { kind: 'smtp', url: given.url ?? 'smtps://mail', from: 'a@b.example' },
          connections: [
            { ...sample, sample: { orgUrl: given.orgUrl ?? 'https://a.example', hookSecret: given.hookSecret ?? 'h' } },
          ],
        };
        const printed = await load(file, { SECRET: given.adminKey }).then(
          (config) =>
            [JSON.stringify(redact(config)), inspect(redact(config), { depth: 9 }), inspect(config, { depth: 9 })].join(
              '\n',
            ),
          (error: unknown) =>
            `${inspect(error, { depth: 9, showHidden: true })}${String(error)}${JSON.stringify(error)}`,
        );
        expect(printed).not.toContain(canary);
      }),
      { numRuns: 300 },
    );
  });

  test('even if entered where the name of a variable or file belongs', async () => {
    const { printed } = await refusalOf(load({ adminKey: { env: canary }, verifier: { file: `/${canary}` } }));
    expect(printed).not.toContain(canary);
  });
});

test('any JSON is either loaded or refused with config_invalid', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      const outcome = await load(text).then(
        () => 'loaded',
        (error: unknown) => (error instanceof FaceError ? error.code : 'other'),
      );
      expect(['loaded', 'config_invalid']).toContain(outcome);
    }),
  );
});

describe('the settings for stored data', () => {
  const loadKept = (file: unknown, env: Environment = {}) =>
    loadKeptConfig({
      env: { FACESTEP_CONFIG: '/f', ...env },
      readFile: async (path) => (path === '/f' ? JSON.stringify(file) : Promise.reject(new Error('ENOENT'))),
    });
  const stopped = {
    adminKey: { file: '/run/credentials/gone' },
    connections: [{ ...sample, secret: { env: 'GONE' } }],
    dataFolder: '/srv/faces',
    keys: { kind: 'local', folder: '/srv/keys' },
    audit: { retentionDays: 90 },
  };

  test('are read even if the secrets that only a running server needs are missing', async () => {
    const kept = await loadKept(stopped);
    expect(kept).toMatchObject({
      dataFolder: '/srv/faces',
      keys: { folder: '/srv/keys' },
      audit: { retentionDays: 90 },
    });
    expect(Object.keys(kept).toSorted()).toEqual(['audit', 'dataFolder', 'keys']);
    expect(await loadKept(stopped, { FACESTEP_DATA: '/other' })).toMatchObject({ dataFolder: '/other' });
  });

  test('need only the secret of the state store if they include that store', async () => {
    const state = { kind: 'redis', url: { env: 'REDIS_URL' } };
    const file = JSON.stringify({ ...stopped, state, ledger: { days: 30 } });
    const load = (env: Environment) =>
      loadStoredConfig({
        env: { FACESTEP_CONFIG: '/f', ...env },
        readFile: async (path) => (path === '/f' ? file : Promise.reject(new Error('ENOENT'))),
      });
    expect(await load({ REDIS_URL: 'redis://localhost:6379' })).toMatchObject({
      dataFolder: '/srv/faces',
      state: { kind: 'redis' },
      ledger: { days: 30 },
    });
    expect(await refusalOf(load({}))).toMatchObject({ code: 'config_invalid', paths: ['state.url'] });
  });

  test('refuse a reference that they need and that is missing', async () => {
    const refusal = await refusalOf(loadKept({ dataFolder: { env: 'GONE' } }));
    expect(refusal).toMatchObject({ code: 'config_invalid', paths: ['dataFolder'] });
  });
});
