import { z } from 'zod';
import { type CensusPage, countPage } from '../../src/connections/census.js';
import { createSendToOkta, parseAnswer } from './client.js';
import type { OktaProvisionDeps } from './provision-channel.js';
import { nextPageOf } from './provision-list.js';

const pageSize = 200;

const usersGuard = z.array(z.object({ id: z.string(), profile: z.record(z.string(), z.unknown()).nullish() }));

/** Lists active users with the token attribute only. It uses `filter`, because the index of `search` may be stale. */
export async function* listCensus({ settings, fetch }: OktaProvisionDeps): AsyncGenerator<CensusPage> {
  const { attribute } = settings.okta;
  const send = createSendToOkta(settings.okta, fetch);
  const query = { filter: 'status eq "ACTIVE"', fields: `id,profile:(${attribute})`, limit: String(pageSize) };
  const written = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  let next: string | null = `/api/v1/users?${written.join('&')}`;
  while (next !== null) {
    const { body, headers } = await send('GET', next);
    yield countPage(
      parseAnswer(usersGuard, body).map(({ id, profile }) => ({ subject: id, value: profile?.[attribute] })),
    );
    next = nextPageOf(headers);
  }
}
