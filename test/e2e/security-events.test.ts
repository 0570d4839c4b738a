import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findFreePort } from '../../examples/demo/free-port.js';
import { runCli } from '../../examples/demo/run-command.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { undeliveredReply } from '../../src/security-events/undelivered-replies.js';
import { runHere } from '../../support/benches/cli.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import {
  type SecurityEventReceiverSimulator,
  startSecurityEventReceiver,
} from '../../support/servers/security-event-receiver.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';

/*
 * The server as its own process, receivers that know nothing of it but its address and a key, and what an administrator sees of
 * all that.
 */

let folder: string;
let okta: OktaSimulator;
let receiver: SecurityEventReceiverSimulator;
let env: Record<string, string>;
let service: Service;
let publicUrl: string;
let providerReceiver: SecurityEventReceiverSimulator;

beforeEach(async () => {
  folder = createFolder('security-events');
  const port = await findFreePort();
  publicUrl = `http://127.0.0.1:${port}`;
  okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  const audience = 'https://receiver.example.com';
  const keys = new URL(`${publicUrl}/ssf/jwks.json`);
  providerReceiver = await startSecurityEventReceiver({ keys, issuer: publicUrl, audience: okta.url, token: null });
  receiver = await startSecurityEventReceiver({ keys, issuer: publicUrl, audience, token: 'a-token-of-the-receiver' });
  const config = {
    publicUrl,
    securityEvents: [
      { id: 'siem', url: receiver.url, audience, token: 'a-token-of-the-receiver' },
      {
        id: 'okta',
        url: providerReceiver.url,
        audience: okta.url,
        subject: 'email',
        events: ['session-revoked', 'user-risk-change'],
      },
    ],
    connections: [
      {
        id: 'workforce',
        kind: 'okta',
        policy: { mode: 'shadow' },
        okta: okta.toSettings('a secret of the test hooks'),
      },
    ],
  };
  env = { ...configureService(folder, config), PORT: String(port) };
  service = await startService(env);
});
afterEach(async () => {
  await service.stop();
  await okta.close();
});

async function post(
  path: string,
  headers: Record<string, string>,
  fields: object,
  status = 200,
): Promise<Record<string, unknown>> {
  const response = await fetch(service.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(fields),
  });
  expect(response.status).toBe(status);
  return (await response.json()) as Record<string, unknown>;
}

/** Ends the enrolment of a new user. @returns the user's id */
async function revoke(name: string): Promise<string> {
  const subject = await okta.createUser({ login: `${name}@example.com`, password: 'correct horse' });
  okta.org.users.get(subject)!.profile.facestepToken = 'FV1.of-the-test';
  const { token } = await post('/generateToken', { 'x-admin-key': serviceKey }, { name, tenant: 'workforce' });
  await post('/enrolments/revoke', { 'x-auth-token': String(token) }, { connection: 'workforce', subject });
  return subject;
}

const told = () => receiver.taken.map(({ subject, name }) => `${subject} ${name}`);

test('a revocation event is sent despite a killed process, and a refused one is listed and sent by retry', async () => {
  const described = await (await fetch(`${service.url}/.well-known/ssf-configuration`)).json();
  expect(described).toMatchObject({ spec_version: '1_0', issuer: publicUrl });

  const ada = await revoke('ada');
  // The provider is told by the address that its user signs in by, and of what it takes alone.
  await until(() => providerReceiver.taken.length === 1);
  expect(providerReceiver.taken).toMatchObject([{ name: 'session-revoked', subject: 'ada@example.com' }]);
  await until(() => receiver.taken.length === 2);
  expect(told()).toEqual([`${ada} credential-change`, `${ada} session-revoked`]);

  receiver.fail('hang');
  const bob = await revoke('bob');
  await until(() => receiver.requests() === 3);
  service.process.kill('SIGKILL');
  await once(service.process, 'exit');
  service = await startService(env);
  await until(() => receiver.taken.length === 4);
  expect(told().slice(2)).toEqual([`${bob} credential-change`, `${bob} session-revoked`]);

  receiver.fail({ status: 400, body: '{"err":"invalid_key"}' });
  const cleo = await revoke('cleo');
  await until(() => receiver.taken.length === 5);
  const list = async () =>
    undeliveredReply.parse(JSON.parse((await runCli(['api', 'GET', '/events/undelivered', '--json'], env)).stdout));
  const { events } = await list();
  expect(events).toMatchObject([{ receiver: 'siem', event: 'credential-change', reason: 'invalid_key' }]);
  const ids = `ids:=${JSON.stringify(events.map(({ id }) => id))}`;
  expect((await runHere(['api', 'POST', '/events/undelivered/retry', ids], env)).code).toBe(0);
  expect(told().at(-1)).toBe(`${cleo} credential-change`);
  expect((await list()).events).toEqual([]);

  const verified = await runHere(['audit', 'verify', '--json'], env);
  expect(verified.code).toBe(0);
  expect(JSON.parse(verified.stdout)).toMatchObject([{ isSound: true, tampering: null }]);
});
