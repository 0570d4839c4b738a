import { describe, expect, test } from '@jest/globals';
import { betterCamera, isInApp, kindOf } from '../../web/capture/camera-choice.js';

const toEntries = (labels: readonly string[]) =>
  labels.map((label, index) => ({ deviceId: `id-${index}`, label, facing: null }));

test.each([
  ['Integrated Camera (04f2:b6d0)', 'plain'],
  ['FaceTime HD Camera', 'front'],
  ['camera2 1, facing front', 'front'],
  ['camera2 0, facing back', 'unsuitable'],
  ['Back Ultra Wide Camera', 'unsuitable'],
  ['Microsoft IR Camera Front', 'unsuitable'],
  ['OBS Virtual Camera', 'virtual'],
  ['ManyCam Virtual Webcam', 'virtual'],
  ['Fotocamera posteriore', 'unsuitable'],
  ['Fotocamera anteriore', 'front'],
  ['Camera aan achterzijde', 'unsuitable'],
  ['Camera aan voorzijde', 'front'],
  ['背面カメラ', 'unsuitable'],
  ['前面カメラ', 'front'],
  ['Задняя камера', 'unsuitable'],
  ['Передняя камера', 'front'],
  ['Câmera Traseira', 'unsuitable'],
  ['Cámara trasera', 'unsuitable'],
  ['Kamera tylna', 'unsuitable'],
  ['后置相机', 'unsuitable'],
  ['후면 카메라', 'unsuitable'],
  ['MacBook Pro Desk View Camera', 'unsuitable'],
  // Letters within a word are no sign.
  ['AirCam', 'plain'],
  ['Observer 4K', 'plain'],
])('the camera labeled %s is classified as %s', (label, kind) => {
  expect(kindOf({ label, facing: null })).toBe(kind);
});

test.each([
  ['Kamera przednia', 'user', 'front'],
  ['Kamera tylna', 'environment', 'unsuitable'],
  ['背面カメラ', 'environment', 'unsuitable'],
  ['Camera facing back', 'user', 'front'],
  ['iPhone Desk View Camera', 'user', 'unsuitable'],
  ['Microsoft IR Camera Front', 'user', 'unsuitable'],
  ['OBS Virtual Camera', 'user', 'virtual'],
] as const)('the camera labeled %s that faces %s is classified as %s', (label, facing, kind) => {
  expect(kindOf({ label, facing })).toBe(kind);
});

test.each([
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Version/4.0 Chrome/125.0 Mobile Safari/537.36',
    true,
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    true,
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
    false,
  ],
  ['Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/125.0 Mobile Safari/537.36', false],
])('the user agent %s belongs to an in-app browser: %s', (userAgent, expected) => {
  expect(isInApp(userAgent)).toBe(expected);
});

describe('a better camera than the open one', () => {
  test('is selected if the open camera is infrared, rear or virtual', () => {
    const cameras = toEntries(['Integrated IR Camera', 'USB Camera', 'OBS Virtual Camera', 'Rear Camera']);
    for (const open of ['Integrated IR Camera', 'OBS Virtual Camera', 'Rear Camera']) {
      expect(betterCamera({ label: open, facing: null }, cameras)?.label).toBe('USB Camera');
    }
  });

  test('is the one that faces the user, regardless of the language of its label', () => {
    const tylna = { deviceId: 'b', label: 'Kamera tylna', facing: 'environment' } as const;
    const przednia = { deviceId: 'a', label: 'Kamera przednia', facing: 'user' } as const;
    expect(betterCamera(tylna, [tylna, ...toEntries(['USB Camera']), przednia])).toBe(przednia);
    expect(betterCamera(przednia, [tylna, przednia])).toBeNull();
  });

  test('is null if the open camera is suitable, or no other camera is', () => {
    expect(
      betterCamera({ label: 'USB Camera', facing: null }, toEntries(['USB Camera', 'FaceTime HD Camera'])),
    ).toBeNull();
    expect(
      betterCamera({ label: 'OBS Virtual Camera', facing: null }, toEntries(['OBS Virtual Camera', 'Rear Camera'])),
    ).toBeNull();
  });
});
