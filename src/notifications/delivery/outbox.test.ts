import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createFolder } from '../../../support/run/folder.js';
import { runDeliveryContract } from '../../../test/contract/delivery.js';
import { createManualClock } from '../../../test/contract/state.js';
import { createFileSink, createOutbox } from './open.js';

const lineGuard = z.object({
  channel: z.enum(['email', 'sms']),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
});

runDeliveryContract('outbox file', ['email', 'sms'], async () => {
  const folder = createFolder('outbox');
  const file = join(folder, 'outbox');
  let sink = createFileSink(file);
  return {
    delivery: createOutbox({ sink: (text) => sink(text), clock: createManualClock() }),
    arrived: async () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => lineGuard.parse(JSON.parse(line))),
    breakDown: async () => {
      sink = createFileSink(join(folder, 'no such folder', 'outbox'));
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
});

test('the outbox file is readable only by its owner', async () => {
  const folder = createFolder('outbox');
  await createFileSink(join(folder, 'outbox'))('x');
  expect(statSync(join(folder, 'outbox')).mode & 0o777).toBe(0o600);
});
