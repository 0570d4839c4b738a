import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DeviceSignals, parseDeviceSignals } from './device-signals.js';

const told: DeviceSignals = { camera: 'front', label: null };

test('valid device signals are returned without the members that earlier pages send', () => {
  expect(parseDeviceSignals(JSON.stringify({ ...told, widthPx: 1280 }))).toEqual(told);
  const virtual = { camera: 'virtual', label: 'OBS Virtual Camera' } as const;
  expect(parseDeviceSignals(JSON.stringify(virtual))).toEqual(virtual);
});

test.each<[string, object]>([
  ['a camera name other than that of known virtual cameras', { label: 'Anna’s iPhone' }],
  ['a name that is too long', { camera: 'virtual', label: 'x'.repeat(129) }],
])('device signals with %s are refused', (_what, change) => {
  expect(parseDeviceSignals(JSON.stringify({ ...told, ...change }))).toBeNull();
});

test('arbitrary text and arbitrary JSON are refused', () => {
  fc.assert(fc.property(fc.string(), (text) => parseDeviceSignals(text) === null));
  fc.assert(fc.property(fc.json(), (text) => parseDeviceSignals(text) === null));
});
