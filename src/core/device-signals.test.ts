import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DeviceSignals, parseDeviceSignals } from './device-signals.js';

const told: DeviceSignals = {
  camera: 'front',
  label: null,
  widthPx: 1280,
  heightPx: 720,
  framesPerSec: 30,
  settable: ['exposureMode', 'whiteBalanceMode'],
  gap: { meanMs: 33.3, deviationMs: 1.2, count: 240 },
};

test('valid device signals are returned unchanged', () => {
  expect(parseDeviceSignals(JSON.stringify(told))).toEqual(told);
  const virtual = { ...told, camera: 'virtual', label: 'OBS Virtual Camera', gap: null } as const;
  expect(parseDeviceSignals(JSON.stringify(virtual))).toEqual(virtual);
});

test.each<[string, object]>([
  ['a camera name other than that of known virtual cameras', { label: 'Anna’s iPhone' }],
  ['an unknown field', { serial: '1' }],
  ['an unknown setting', { settable: ['faceId'] }],
  ['a negative size', { widthPx: -1 }],
  ['a name that is too long', { camera: 'virtual', label: 'x'.repeat(129) }],
])('device signals with %s are refused', (_what, change) => {
  expect(parseDeviceSignals(JSON.stringify({ ...told, ...change }))).toBeNull();
});

test('arbitrary text and arbitrary JSON are refused', () => {
  fc.assert(fc.property(fc.string(), (text) => parseDeviceSignals(text) === null));
  fc.assert(fc.property(fc.json(), (text) => parseDeviceSignals(text) === null));
});
