import { expect, test } from '@jest/globals';
import { photoCodes } from '../../src/errors.js';
import { toSentSize } from '../../web/capture/frame-size.js';
import { Problem, toCameraProblem, toProblem, UnusablePictures } from '../../web/capture/problem.js';

test.each([
  ['NotAllowedError', 'camera-denied'],
  ['NotFoundError', 'camera-none'],
  ['NotReadableError', 'camera-busy'],
  ['TypeError', 'unsupported'],
  ['constructor', 'camera-busy'],
])('the camera error %s shows the problem %s', (name, problem) => {
  expect(toCameraProblem(Object.assign(new Error(), { name })).problem).toBe(problem);
});

test.each([
  ['locked_out', 'locked-out'],
  ['step_up_opened', 'opened-elsewhere'],
  ['step_up_unknown', 'link-over'],
  ['challenge_wrong', 'challenge-over'],
  ['overloaded', 'overloaded'],
  ['profile_unavailable', 'unavailable'],
  ['toString', 'general'],
])('the error code %s shows the problem %s', (code, problem) => {
  expect(toProblem(code, 60)).toMatchObject({ problem, waitSec: 60 });
  expect(toProblem(code, 60)).toBeInstanceOf(Problem);
});

test.each(photoCodes)('the error code %s asks for new pictures', (code) => {
  expect(toProblem(code, null)).toBeInstanceOf(UnusablePictures);
});

test('pictures are scaled down to the maximum size and never enlarged', () => {
  expect(toSentSize({ width: 1280, height: 720 }, 960)).toEqual({ width: 960, height: 540 });
  expect(toSentSize({ width: 720, height: 1280 }, 960)).toEqual({ width: 540, height: 960 });
  expect(toSentSize({ width: 640, height: 480 }, 960)).toEqual({ width: 640, height: 480 });
});
