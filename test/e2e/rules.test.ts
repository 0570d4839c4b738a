import { expect, test } from '@jest/globals';
import { hookSecret, openOktaBench } from '../contract/okta.js';
import { startOktaServer } from '../contract/okta-server.js';

const bench = await openOktaBench();
const pilot = { name: 'Pilot', when: { groups: ['Face pilot'] }, mode: 'enforce', whenUnknown: 'deny' };

test('a malformed call is refused if a rule is in enforce mode, and passes if all are in shadow mode', async () => {
  const ask = async (rule: object) => {
    const { origin, stop } = await startOktaServer(bench, bench.connect({ policy: { mode: 'shadow', rules: [rule] } }));
    const headers = { authorization: hookSecret, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/hooks/workforce/token`, { method: 'POST', headers, body: '{}' });
    await stop();
    return answer.json();
  };
  expect(await ask({ ...pilot, mode: 'shadow' })).toEqual({ commands: [] });
  expect(await ask(pilot)).toMatchObject({ error: { errorSummary: expect.stringMatching(/^request_malformed: /) } });
});
