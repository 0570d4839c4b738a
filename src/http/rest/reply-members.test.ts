import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { instantReply } from '../../core/instant.js';
import { epochMs } from '../../core/units.js';
import { JsonLines, openEndpoint } from './endpoint.js';

const record = { id: 'a', at: epochMs(0), endsAt: null, digest: 'secret', by: { name: 'ada', role: 'owner' } };
const sent = { id: 'a', at: '1970-01-01T00:00:00.000Z', endsAt: null, by: { name: 'ada' } };

async function answer(handle: () => Promise<typeof record | JsonLines<typeof record>>) {
  const { admit } = openEndpoint({
    tag: 'Screening',
    path: '/record',
    summary: '',
    description: '',
    reply: z.object({
      id: z.string(),
      at: instantReply,
      endsAt: instantReply.nullable(),
      by: z.object({ name: z.string() }),
    }),
    handle,
  });
  const { run } = await admit({ param: () => '', session: null });
  const call = { photos: () => [], param: () => '', source: '', userAgent: null, cookie: () => null };
  return run({}, call, { kind: 'anonymous' });
}

test('a reply has only the members that its guard declares, and its times are RFC 3339', async () => {
  expect(await answer(async () => record)).toEqual(sent);
});

test('so has each line of a reply in lines', async () => {
  async function* records() {
    yield record;
  }
  const reply = await answer(async () => new JsonLines(records()));
  if (!(reply instanceof JsonLines)) throw new Error('no lines');
  for await (const line of reply.lines) expect(line).toEqual(sent);
  expect.assertions(1);
});
