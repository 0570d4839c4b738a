import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFolder } from '../../support/run/folder.js';
import type { Log } from '../core/ports.js';
import { createLog, createRequestContexts } from './log.js';

const top = createFolder('log');
const contexts = createRequestContexts();

function written(write: (log: Log) => void): string {
  const file = join(top, 'log');
  const descriptor = openSync(file, 'w');
  write(createLog(descriptor, contexts));
  closeSync(descriptor);
  return readFileSync(file, 'utf8');
}

test('values with the field name of a secret are redacted, also in nested objects', () => {
  const text = written((log) => {
    log.error('failed', {
      password: 'canary',
      token: 'canary',
      detail: { photo: 'canary', challenge: 'canary', code: 'seen' },
    });
    log.info('settings', { settings: { adminKey: '[set]', verifier: { token: '[unset]' } } });
  });
  expect(text).not.toContain('canary');
  expect(text).toContain('"detail":{"photo":"[redacted]","challenge":"[redacted]","code":"seen"}');
  expect(text).toContain('"settings":{"adminKey":"[set]","verifier":{"token":"[unset]"}}');
});

test('a log line names the request that caused it, and a line outside a request has no request id', () => {
  const text = written((log) => {
    contexts.run({ requestId: 'a1', network: null, userAgent: null, trace: null }, () => log.info('within'));
    log.info('outside');
  });
  const [within, beside] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(within).toMatchObject({ requestId: 'a1', msg: 'within' });
  expect(beside).not.toHaveProperty('requestId');
});
