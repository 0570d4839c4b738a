import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { findFreePort } from '../../examples/demo/free-port.js';
import { webhookGuard } from '../../src/config/webhooks.js';
import { sendTestEvent } from '../../src/security-events/webhook.js';
import { systemClock } from '../../support/fakes/keys.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { eventually } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { openServer } from '../contract/bench.js';

/* The receivers of docs/webhooks.md, as the page prints them, and the test event. */

const page = readFileSync(join(projectRoot, 'docs/webhooks.md'), 'utf8');
const codeOf = (language: string): string =>
  new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1] ?? '';
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stderr.write('SKIPPING the webhook receiver in Python: there is no python3\n');

const secret = `whsec_${Buffer.from('s'.repeat(32)).toString('base64')}`;
const other = `whsec_${Buffer.from('t'.repeat(32)).toString('base64')}`;
let child: ChildProcess | null = null;
afterEach(async () => {
  if (child === null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  child = null;
});

test.each([
  ['js', process.execPath, ['--input-type=module', '--eval'], true],
  ['python', 'python3', ['-c'], hasPython],
] as const)(
  'the receiver of the documentation in %s takes a signed test event, and refuses one with another secret',
  async (language, program, args, canRun) => {
    if (!canRun) return;
    const port = String(await findFreePort());
    const env = { ...process.env, PORT: port, WEBHOOK_SECRET: secret };
    child = spawn(program, [...args, codeOf(language)], {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += String(chunk);
    });
    const origin = `http://127.0.0.1:${port}`;
    await eventually(() => fetch(origin));
    const send = (own: string) => {
      const webhook = webhookGuard.parse({ id: 'ticket', url: `${origin}/facestep`, secret: own });
      return sendTestEvent(webhook, { clock: systemClock, random: systemRandom, fetch });
    };
    expect(await send(secret)).toMatchObject({ reason: null });
    expect(await send(other)).toMatchObject({ reason: 'status 401' });
    expect(said).toMatch(/^webhook\.test/);
    expect(said.trim().split('\n')).toHaveLength(1);
  },
);

/** Blocks of JavaScript on the page, after the first. */
const blocks = [...page.matchAll(/\n```js\n([\s\S]*?)\n```/g)].map(([, code = '']) => code);
const blockWith = (name: string): string => blocks.find((code) => code.includes(name)) ?? '';

/** Starts what a forwarder calls: it takes the token of Splunk, or that of Entra ID, and keeps what it gets. */
async function startCollector() {
  const got: { readonly path: string; readonly body: string }[] = [];
  let status = 200;
  const { url, close } = await openServer(async (request, response) => {
    const body = await text(request);
    const path = request.url ?? '';
    if (path === '/tenant-1/oauth2/v2.0/token') {
      const asked = new URLSearchParams(body);
      const isKnown = asked.get('client_id') === 'app-1' && asked.get('client_secret') === 'app-secret';
      const isAsked =
        asked.get('grant_type') === 'client_credentials' && asked.get('scope') === 'https://monitor.azure.com/.default';
      response.writeHead(isKnown && isAsked ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: 'token-of-entra' }));
      return;
    }
    const isKnown = ['Splunk hec-token', 'Bearer token-of-entra'].includes(request.headers.authorization ?? '');
    if (isKnown && status === 200) got.push({ path, body });
    response.writeHead(isKnown ? status : 401).end();
  });
  return {
    url,
    got,
    fail: () => {
      status = 503;
    },
    close,
  };
}

interface LambdaAnswer {
  readonly statusCode: number;
}

test.each([
  [
    'Splunk',
    'SPLUNK_URL',
    '/services/collector/event',
    {
      time: 1795859400,
      sourcetype: 'facestep',
      event: { type: 'enrolment.ended', subject: '00u1', reason: 'revoked' },
    },
  ],
  [
    'Microsoft Sentinel',
    'INGESTION_URL',
    '/dataCollectionRules/dcr-1/streams/Custom-Facestep_CL?api-version=2023-01-01',
    [
      {
        TimeGenerated: '2026-11-28T09:50:00.000Z',
        Type_s: 'enrolment.ended',
        Data: { subject: '00u1', reason: 'revoked' },
      },
    ],
  ],
])(
  'the Lambda function of the documentation forwards a signed event to %s, and fails if it is not taken',
  async (_, variable, path, sent) => {
    const collector = await startCollector();
    const folder = createFolder('webhook-lambda');
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'forward.mjs'), blockWith(variable));
    writeFileSync(join(folder, 'lambda.mjs'), blockWith('handler('));
    Object.assign(process.env, {
      WEBHOOK_SECRET: secret,
      SPLUNK_URL: collector.url,
      SPLUNK_TOKEN: 'hec-token',
      INGESTION_URL: collector.url,
      LOGIN_URL: collector.url,
      TENANT_ID: 'tenant-1',
      CLIENT_ID: 'app-1',
      CLIENT_SECRET: 'app-secret',
      RULE_ID: 'dcr-1',
    });
    const { handler }: { handler: (event: object) => Promise<LambdaAnswer> } = await import(
      pathToFileURL(join(folder, 'lambda.mjs')).href
    );
    const event = {
      type: 'enrolment.ended',
      timestamp: '2026-11-28T09:50:00.000Z',
      data: { subject: '00u1', reason: 'revoked' },
    };
    const body = JSON.stringify(event);
    const signedBy = (own: string) => {
      const now = new Date();
      const signature = new Webhook(own).sign('msg_1', now, body);
      return {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signature,
      };
    };
    expect(await handler({ headers: signedBy(other), body })).toEqual({ statusCode: 401 });
    expect(await handler({ headers: signedBy(secret), body })).toEqual({ statusCode: 204 });
    const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
    expect(await handler({ headers: signedBy(secret), ...encoded })).toEqual({ statusCode: 204 });
    expect(collector.got.map((each) => [each.path, JSON.parse(each.body)])).toEqual([
      [path, sent],
      [path, sent],
    ]);
    collector.fail();
    await expect(handler({ headers: signedBy(secret), body })).rejects.toThrow('answered 503');
    await collector.close();
  },
);
