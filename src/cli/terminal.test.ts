import { expect, test } from '@jest/globals';
import { toReadableLine } from '../telemetry/readable-line.js';
import { hasColours, paintOn, toFrame } from './terminal.js';

test('colors appear on a terminal only, and not against the wish of the user', () => {
  expect(hasColours({ isTTY: true }, {})).toBe(true);
  expect(hasColours({}, {})).toBe(false);
  expect(hasColours({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
  expect(hasColours({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  expect(paintOn(true)('red', 'Error:')).toBe('\u001b[31mError:\u001b[39m');
  expect(paintOn(false)('red', 'Error:')).toBe('Error:');
});

test('a frame is as wide as its longest line', () => {
  expect(toFrame(['facestep', 'it'])).toEqual(['╭──────────╮', '│ facestep │', '│ it       │', '╰──────────╯']);
});

test('a line of the log is readable, and a long field is cut', () => {
  const toText = (fields: object) => toReadableLine(JSON.stringify({ level: 30, time: 1_795_664_162_765, ...fields }));
  expect(toText({ msg: 'listening', host: '127.0.0.1', port: 8080 })).toBe(
    '03:36:02 info  listening  host=127.0.0.1  port=8080\n',
  );
  const request = { method: 'GET', route: '/readyz', status: 200, durationMs: 6, requestId: 'ab' };
  expect(toText({ msg: 'request', ...request })).toBe('03:36:02 info  200 GET /readyz 6 ms  requestId=ab\n');
  expect(toText({ msg: 'configuration', settings: { list: 'x'.repeat(999) } }).length).toBeLessThan(220);
});
