import { expect, test } from '@jest/globals';
import { readPage } from '../../support/benches/page.js';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { certify } from '../../support/fakes/digital-wallet.js';
import { createConfigGuard } from '../config/schema.js';
import { digestOfConfig, reloadSettings } from './settings.js';

const parse = (settings: object) => createConfigGuard(connectionGuards).parse(settings);
const okta = (settings: object = {}) => ({
  id: 'acme',
  kind: 'okta',
  policy: { mode: 'shadow' },
  okta: {
    orgUrl: 'https://acme.okta.com',
    auth: { kind: 'api_token', token: 't' },
    hooks: { secret: { value: '0123456789abcdef' } },
  },
  ...settings,
});

test('settings that are loaded twice without a change have no difference', () => {
  const settings = { adminKey: 'a-key', connections: [okta()] };
  expect(reloadSettings(parse(settings), parse(settings))).toMatchObject({ changed: [], needingRestart: [] });
});

test('changed settings, also secrets, are listed by path without their values', () => {
  const before = parse({ adminKey: 'canary-one', connections: [okta()] });
  const connections = [okta({ policy: { mode: 'shadow', accuracy: 5 } }), okta({ id: 'b' })];
  const after = parse({ adminKey: 'canary-two', connections });
  expect(reloadSettings(before, after).changed.toSorted()).toEqual([
    'adminKey',
    'connections.0 (acme).policy.accuracy',
    'connections.1 (b)',
  ]);
});

test('another certificate is a changed setting, and changes the digest', async () => {
  const one = await certify('One');
  const two = await certify('Two');
  const withRoot = ({ pem: certificate }: typeof one) =>
    parse({ connections: [okta({ documents: { issuers: [{ name: 'Utopia Roads', certificate }] } })] });
  const path = 'connections.0 (acme).documents.issuers.0.certificate';
  expect(reloadSettings(withRoot(one), withRoot(two)).changed).toEqual([path]);
  expect(reloadSettings(withRoot(one), withRoot(one)).changed).toEqual([]);
  expect(digestOfConfig(withRoot(one))).not.toBe(digestOfConfig(withRoot(two)));
});

test('settings that need a restart are left unchanged and named', () => {
  const before = parse({ state: { kind: 'sqlite' }, telemetry: { metrics: { port: 9464 } } });
  const after = parse({
    port: 1,
    proxyHops: 2,
    verifier: { kind: 'embedded', workers: 2 },
    telemetry: { metrics: { port: 9465 } },
  });
  const { config, changed, needingRestart } = reloadSettings(before, after);
  expect(needingRestart).toEqual(['port', 'verifier.workers', 'telemetry.metrics.port']);
  expect(changed).toEqual(['proxyHops']);
  expect(config).toMatchObject({ port: 8080, proxyHops: 2, telemetry: { metrics: { port: 9464 } } });
});

test('docs/operations.md lists the settings that need a restart', () => {
  const config = parse({});
  const isFixed = (name: string): boolean =>
    reloadSettings(config, { ...config, [name]: { changed: true } }).needingRestart.length > 0;
  const listed = /These changes need a restart: ([^,]*(?:, [^,]*)*?), environment/.exec(readPage('docs/operations.md'));
  const names = [...(listed?.[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(names.toSorted()).toEqual(Object.keys(config).filter(isFixed).toSorted());
});

test('the digest differs for different settings, but not for different secrets', () => {
  const digest = (settings: object) => digestOfConfig(parse(settings));
  expect(digest({ proxyHops: 1 })).not.toBe(digest({ proxyHops: 2 }));
  expect(digest({ adminKey: 'one' })).toBe(digest({ adminKey: 'two' }));
  expect(digest({})).toMatch(/^[0-9a-f]{64}$/);
});
