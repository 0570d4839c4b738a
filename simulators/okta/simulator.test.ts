import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from '@okta/okta-sdk-nodejs';
import { openServer } from '../../test/contract/bench.js';
import { type OktaSimulator, startOktaSimulator } from './index.js';

// Okta's own SDK, as any administrator's program would use it.
let okta: OktaSimulator;
let client: Client;
beforeEach(async () => {
  okta = await startOktaSimulator();
  client = new Client({
    orgUrl: okta.url,
    token: okta.apiToken,
    authorizationMode: 'SSWS',
    cacheMiddleware: null,
  });
});
afterEach(() => okta.close());

const hookOf = (uri: string) => ({
  name: 'Face step-up',
  type: 'com.okta.oauth2.tokens.transform' as const,
  version: '1.0.0',
  channel: {
    type: 'HTTP' as const,
    version: '1.0.0',
    config: { uri, method: 'POST', headers: [], authScheme: { type: 'HEADER', key: 'Authorization', value: 'secret' } },
  },
});

describe('an executed inline hook', () => {
  test('receives its secret, is called at most twice, and reports a failure as status 400', async () => {
    const seen: (string | undefined)[] = [];
    const statuses = [500, 200, 500, 503, 404];
    const { url, close } = await openServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(statuses.shift() ?? 200).end('{"commands":[]}');
    });
    const uri = `${url}/h`;
    const { id } = await client.inlineHookApi.createInlineHook({ inlineHook: hookOf(uri) as never });
    const execute = () => client.inlineHookApi.executeInlineHook({ inlineHookId: id!, payloadData: {} as never });
    await execute();
    expect(seen).toEqual(['secret', 'secret']);
    await expect(execute()).rejects.toMatchObject({ status: 400 });
    expect(seen).toHaveLength(4);
    await expect(execute()).rejects.toMatchObject({ status: 400 });
    expect(seen).toHaveLength(5);
    await close();
  });
});
