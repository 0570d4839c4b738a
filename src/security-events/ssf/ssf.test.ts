import { beforeEach, describe, expect, test } from '@jest/globals';
import { testIssuer } from '../../../support/fakes/keys.js';
import { until } from '../../../support/run/eventually.js';
import { type ApiServer, asAdmin, startApiServer } from '../../../support/servers/api-server.js';
import { type ConnectedReceiver, connectReceiver } from '../../../support/servers/security-event-client.js';
import {
  type SecurityEventReceiverSimulator,
  startSecurityEventReceiver,
} from '../../../support/servers/security-event-receiver.js';
import { startTestTransmitter } from '../../../support/servers/transmitter.js';
import { securityEventReceiverGuard } from '../../config/security-events.js';
import { listStreams } from '../streams.js';

/* A conformant receiver, with the address of the metadata and a key, before the whole HTTP surface. */

const metadataUrl = `${testIssuer}/.well-known/ssf-configuration`;
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const siem = { id: 'siem', url: null, audience: 'https://siem.example.com', token: 'the-secret-of-the-siem' };
const receivers = [securityEventReceiverGuard.parse(siem)];

let server: ApiServer;
let transmitter: Awaited<ReturnType<typeof startTestTransmitter>>;
const pushed: SecurityEventReceiverSimulator[] = [];

beforeEach(async () => {
  pushed.splice(0);
  server = await startApiServer({
    transmitter: async (core) => {
      // The address that the receiver named, wherever its other end is.
      const push = (url: string, init: RequestInit) =>
        fetch(url === 'https://receiver.example.com/events' ? pushed[0]!.url : url, init);
      transmitter = await startTestTransmitter(core, { receivers, fetch: push });
      return transmitter.securityEvents;
    },
  });
});

const reach = (url: string): string => url.replace(testIssuer, server.origin);
async function issueKey(scopes: readonly string[], tenant = 'default'): Promise<string> {
  const application = await server.postJson('/applications', { name: 'receiver', scopes, tenant }, asAdmin);
  const key = await server.postJson(`/applications/${application.body.id}/keys`, {}, asAdmin);
  return String(key.body.token);
}

const connect = async (scopes: readonly string[] = ['ssf.manage'], tenant = 'default'): Promise<ConnectedReceiver> =>
  connectReceiver(metadataUrl, await issueKey(scopes, tenant), reach);

const revoke = (subject: string, connection = 'work') =>
  transmitter.trail.append({ action: 'revoked', connection, subject, detail: { tokenId: 'a' } });

describe('a poll stream', () => {
  test('is created, verified, polled, acknowledged and deleted', async () => {
    const receiver = await connect();
    expect(await receiver.readStreams()).toEqual([]);
    const stream = await receiver.createStream({ description: 'of the test' });
    expect(stream).toMatchObject({ description: 'of the test', delivery: { method: 'urn:ietf:rfc:8936' } });
    expect(await receiver.readStreams()).toEqual([stream]);
    expect(await receiver.readStatus(stream.stream_id)).toEqual({ stream_id: stream.stream_id, status: 'enabled' });

    const state = await receiver.verify(stream.stream_id);
    const [verification] = (await receiver.poll(stream)).events;
    expect(verification).toMatchObject({ name: 'verification', subject: stream.stream_id, state });
    expect((await receiver.poll(stream, { ack: [verification!.jti], returnImmediately: true })).events).toEqual([]);

    await revoke('anna');
    const [first] = (await receiver.poll(stream, { maxEvents: 1 })).events;
    expect(first).toMatchObject({ name: 'credential-change', change: 'revoke', subject: 'anna', connection: 'work' });
    await until(async () => (await receiver.poll(stream, { maxEvents: 1 })).moreAvailable);
    // What is not acknowledged is given again.
    const { events } = await receiver.poll(stream);
    expect(events.map(({ name }) => name)).toEqual(['credential-change', 'session-revoked']);
    expect(events[0]).toEqual(first);
    const refused = { [events[1]!.jti]: { err: 'invalid_request', description: 'no' } };
    expect((await receiver.poll(stream, { maxEvents: 0, ack: [first!.jti], setErrs: refused })).events).toEqual([]);
    expect(transmitter.outcomes).toEqual([`${stream.stream_id} dead`, `${stream.stream_id} delivered`]);
    expect((await receiver.poll(stream, { returnImmediately: true })).events).toEqual([]);

    await receiver.deleteStream(stream.stream_id);
    expect(await receiver.readStreams()).toEqual([]);
    expect((await receiver.call('POST', stream.delivery.endpoint_url, {})).status).toBe(404);
  });

  test('keeps events while it is paused, and discards them while it is disabled', async () => {
    const receiver = await connect();
    const stream = await receiver.createStream({ events_requested: [`${caep}session-revoked`] });
    await receiver.setStatus(stream.stream_id, 'paused');
    await revoke('anna');
    expect((await receiver.poll(stream, { returnImmediately: true })).events).toEqual([]);
    const paused = await receiver.call('POST', receiver.metadata.verification_endpoint, {
      stream_id: stream.stream_id,
    });
    expect(paused.status).toBe(400);
    server.clock.advanceSec(86_400);
    const toldOnAt = server.clock.now();
    await receiver.setStatus(stream.stream_id, 'enabled');
    server.clock.advanceSec(1);
    await receiver.setStatus(stream.stream_id, 'enabled');
    // From then on, what was held is tried: also after a restart.
    expect(await listStreams(server.deps)).toMatchObject([{ toldOnAt }]);
    const { events } = await receiver.poll(stream);
    expect(events).toMatchObject([{ subject: 'anna' }]);
    await receiver.setStatus(stream.stream_id, 'disabled');
    await revoke('bea');
    server.clock.advanceSec(60);
    await receiver.setStatus(stream.stream_id, 'enabled');
    await revoke('carl');
    expect((await receiver.poll(stream)).events.map(({ subject }) => subject)).toEqual(['carl']);
  });
});

describe('a push stream', () => {
  test('sends the receiver’s authorization header, which is stored sealed and never returned', async () => {
    const receiver = await connect();
    const https = await receiver.call('POST', receiver.metadata.configuration_endpoint, {
      delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: 'http://127.0.0.1:9/events' },
    });
    expect(https).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
    const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: 'https://receiver.example.com/events' };
    const stream = await receiver.createStream({
      delivery: { ...delivery, authorization_header: 'Bearer very-secret' },
    });
    expect(stream.delivery).toEqual(delivery);
    const kept = JSON.stringify(await server.deps.state.read('security-event-streams'));
    expect(kept).toContain(stream.stream_id);
    expect(kept).not.toContain('very-secret');
    const audience = String(stream.aud);
    const keys = new URL(`${server.origin}/ssf/jwks.json`);
    pushed.push(await startSecurityEventReceiver({ keys, issuer: testIssuer, audience, token: 'very-secret' }));
    const state = await receiver.verify(stream.stream_id);
    await revoke('anna');
    await until(() => pushed[0]!.taken.length === 3);
    expect(pushed[0]!.taken.find(({ name }) => name === 'verification')).toMatchObject({ state });
    expect(pushed[0]!.taken.filter(({ subject }) => subject === 'anna')).toMatchObject([
      { name: 'credential-change', connection: 'work' },
      { name: 'session-revoked', connection: 'work' },
    ]);
    // Sent back as it was shown, it stays what it was; elsewhere it does not go along.
    const told = () => pushed[0]!.taken.some(({ subject }) => subject === 'carl');
    await receiver.changeStream(stream.stream_id, { ...stream, description: 'one' });
    await revoke('carl');
    await until(() => told() || transmitter.outcomes.includes(`${stream.stream_id} failed`));
    expect(told()).toBe(true);
    const headers = async () => JSON.stringify(await server.deps.state.read('security-event-streams'));
    const elsewhere = { ...delivery, endpoint_url: 'https://elsewhere.example.com/events' };
    await receiver.changeStream(stream.stream_id, { delivery: elsewhere });
    expect(await headers()).toContain('"header":null');
    await receiver.deleteStream(stream.stream_id);
    await revoke('bea');
    expect(pushed[0]!.taken.map(({ subject }) => subject)).not.toContain('bea');
  });
});

describe('the configuration of a stream', () => {
  test('is limited to five streams per application, and is visible only to its application', async () => {
    const one = await connect();
    const two = await connect();
    const stream = await one.createStream();
    for (let made = 1; made < 5; made += 1) await one.createStream();
    const sixth = await one.call('POST', one.metadata.configuration_endpoint, {});
    expect(sixth).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    expect(await two.readStreams()).toEqual([]);
    const { stream_id } = stream;
    for (const [method, url, body] of [
      ['GET', `${two.metadata.configuration_endpoint}?stream_id=${stream_id}`, undefined],
      ['DELETE', `${two.metadata.configuration_endpoint}?stream_id=${stream_id}`, undefined],
      ['PATCH', two.metadata.configuration_endpoint, { stream_id }],
      ['POST', two.metadata.status_endpoint, { stream_id, status: 'disabled' }],
      ['POST', two.metadata.verification_endpoint, { stream_id }],
      ['POST', stream.delivery.endpoint_url, {}],
    ] as const) {
      expect((await two.call(method, url, body)).status).toBe(404);
    }
  });

  test('includes only events of the connections that the application can access', async () => {
    const receiver = await connect(['ssf.manage'], 'home');
    const stream = await receiver.createStream({ events_requested: [`${caep}session-revoked`] });
    await revoke('anna', 'work');
    await revoke('bea', 'home');
    expect((await receiver.poll(stream)).events.map(({ subject }) => subject)).toEqual(['bea']);
  });

  test('limits verification events to one per minute', async () => {
    const receiver = await connect();
    const { stream_id } = await receiver.createStream();
    await receiver.verify(stream_id);
    const again = await receiver.call('POST', receiver.metadata.verification_endpoint, { stream_id });
    expect(again).toMatchObject({ status: 429, body: { code: 'locked_out' } });
    expect(again.headers.get('retry-after')).toBe('60');
  });
});

describe('authorization of SSF requests', () => {
  test('is checked before the body is read', async () => {
    const answers = await Promise.all(
      [{}, { authorization: 'Bearer nonsense' }, { authorization: `Bearer ${await issueKey(['enrol'])}` }].map(
        (headers) =>
          fetch(`${server.origin}/ssf/streams`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: '{broken',
          }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 403]);
    expect(answers.map(({ headers }) => headers.get('www-authenticate'))).toEqual([
      'Bearer',
      'Bearer error="invalid_token"',
      'Bearer error="insufficient_scope", scope="ssf.manage"',
    ]);
  });

  test('a read-only key cannot create streams, and a token without an application has no access', async () => {
    const receiver = await connect(['ssf.read']);
    expect(await receiver.readStreams()).toEqual([]);
    const made = await receiver.call('POST', receiver.metadata.configuration_endpoint, {});
    expect(made).toMatchObject({ status: 403, body: { code: 'scope_missing' } });
    const { token } = await server.issue(['ssf.manage']);
    const stray = await connectReceiver(metadataUrl, token, reach);
    expect((await stray.call('GET', stray.metadata.configuration_endpoint)).status).toBe(403);
  });

  test('a receiver from the configuration file can poll and verify, but not change its stream', async () => {
    const receiver = await connectReceiver(metadataUrl, siem.token, reach);
    const [stream] = await receiver.readStreams();
    expect(stream).toMatchObject({ stream_id: 'siem', aud: siem.audience });
    const state = await receiver.verify('siem');
    await revoke('anna');
    await until(async () => (await receiver.poll(stream!)).events.length === 3);
    const { events } = await receiver.poll(stream!);
    expect(events.map(({ name }) => name).toSorted()).toEqual(['credential-change', 'session-revoked', 'verification']);
    expect(events.find(({ name }) => name === 'verification')).toMatchObject({ state });
    for (const [method, url, body] of [
      ['POST', receiver.metadata.configuration_endpoint, {}],
      ['PATCH', receiver.metadata.configuration_endpoint, { stream_id: 'siem' }],
      ['DELETE', `${receiver.metadata.configuration_endpoint}?stream_id=siem`, undefined],
      ['POST', receiver.metadata.status_endpoint, { stream_id: 'siem', status: 'disabled' }],
    ] as const) {
      expect((await receiver.call(method, url, body)).status).toBe(403);
    }
  });
});
