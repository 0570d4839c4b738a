import { expect, test } from '@jest/globals';
import { createTextLog } from '../../test/sinks.js';
import { FaceError } from '../errors.js';
import { toFailure, toFailureLines } from './failure.js';

const linesOf = (error: unknown): string[] => toFailureLines(toFailure(error, createTextLog()));

test('what is wrong with the configuration is told one problem a line', () => {
  const problems = [
    { path: 'port', reason: 'expected a number' },
    { path: 'host', reason: 'expected a name' },
  ];
  expect(linesOf(new FaceError('config_invalid', { problems })).slice(1)).toEqual([
    'port: expected a number',
    'host: expected a name',
  ]);
});

test('another detail is told as it is, and none where there is none', () => {
  expect(linesOf(new FaceError('provider_refused', { status: 403 })).slice(1)).toEqual(['{"status":403}']);
  expect(linesOf(new FaceError('provider_refused'))).toHaveLength(1);
});

test('of what is not ours only the frames are logged', () => {
  const log = createTextLog();
  expect(toFailure(new TypeError('canary'), log)).toMatchObject({ code: 'internal', detail: null });
  expect(log.text()).toContain('TypeError');
  expect(log.text()).not.toContain('canary');
});
