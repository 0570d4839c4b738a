import { expect, test } from '@jest/globals';
import { server } from '../../evidence/attacks/server.js';

/* The attack on a running server in its quick form: some of each class at every endpoint. */

test('no hostile call of the attack on the server is accepted or causes a server error or a hang', async () => {
  const said: string[] = [];
  const { claims } = await server.run({ size: 'quick', say: (line) => said.push(line) });
  expect({
    broken: claims.filter(({ holds }) => !holds),
    said: claims.every(({ holds }) => holds) ? [] : said,
  }).toEqual({ broken: [], said: [] });
});
