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

test('what a page tells is read as it stands', () => {
  expect(parseDeviceSignals(JSON.stringify(told))).toEqual(told);
  const virtual = { ...told, camera: 'virtual', label: 'OBS Virtual Camera', gap: null } as const;
  expect(parseDeviceSignals(JSON.stringify(virtual))).toEqual(virtual);
});

test.each<[string, object]>([
  ['the name of a camera that is none of software', { label: 'Anna’s iPhone' }],
  ['a field nobody knows', { serial: '1' }],
  ['a setting nobody knows', { settable: ['faceId'] }],
  ['a size that is none', { widthPx: -1 }],
  ['a name too long', { camera: 'virtual', label: 'x'.repeat(129) }],
])('refuses %s', (_what, change) => {
  expect(parseDeviceSignals(JSON.stringify({ ...told, ...change }))).toBeNull();
});

test('any text is read or refused', () => {
  fc.assert(fc.property(fc.string(), (text) => parseDeviceSignals(text) === null));
  fc.assert(fc.property(fc.json(), (text) => parseDeviceSignals(text) === null));
});
