import { describe, expect, test } from '@jest/globals';
import { betterCamera, chooseCamera, kindOf } from '../../web/capture/camera-choice.js';

const toEntries = (labels: readonly string[]) => labels.map((label, index) => ({ deviceId: `id-${index}`, label }));

test.each([
  ['Integrated Camera (04f2:b6d0)', 'plain'],
  ['FaceTime HD Camera', 'front'],
  ['camera2 1, facing front', 'front'],
  ['camera2 0, facing back', 'unsuitable'],
  ['Back Ultra Wide Camera', 'unsuitable'],
  ['Microsoft IR Camera Front', 'unsuitable'],
  ['OBS Virtual Camera', 'virtual'],
  ['ManyCam Virtual Webcam', 'virtual'],
  // Letters within a word are no sign.
  ['AirCam', 'plain'],
  ['Observer 4K', 'plain'],
])('%s is %s', (label, kind) => {
  expect(kindOf(label)).toBe(kind);
});

describe('the camera to begin with', () => {
  test('is the front one, wherever it stands in the list', () => {
    const cameras = toEntries(['camera2 0, facing back', 'camera2 2, facing back', 'camera2 1, facing front']);
    expect(chooseCamera(cameras)?.label).toBe('camera2 1, facing front');
  });

  test('is never the infrared, the rear or the virtual one where there is another', () => {
    const cameras = toEntries(['OBS Virtual Camera', 'Integrated IR Camera', 'Rear Camera', 'USB Camera']);
    expect(chooseCamera(cameras)?.label).toBe('USB Camera');
  });

  test('is a real one that looks elsewhere rather than a virtual one', () => {
    expect(chooseCamera(toEntries(['OBS Virtual Camera', 'Rear Camera']))?.label).toBe('Rear Camera');
  });

  test('is left to the browser while cameras have no names', () => {
    expect(chooseCamera([{ deviceId: '', label: '' }])).toBeNull();
    expect(chooseCamera([])).toBeNull();
  });
});

describe('a better camera than the open one', () => {
  test('is taken for an infrared, a rear and a virtual one', () => {
    const cameras = toEntries(['Integrated IR Camera', 'USB Camera', 'OBS Virtual Camera', 'Rear Camera']);
    for (const open of ['Integrated IR Camera', 'OBS Virtual Camera', 'Rear Camera']) {
      expect(betterCamera(open, cameras)?.label).toBe('USB Camera');
    }
  });

  test('is not looked for where the open one will do, or nothing better is there', () => {
    expect(betterCamera('USB Camera', toEntries(['USB Camera', 'FaceTime HD Camera']))).toBeNull();
    expect(betterCamera('OBS Virtual Camera', toEntries(['OBS Virtual Camera', 'Rear Camera']))).toBeNull();
  });
});
