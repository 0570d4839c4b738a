import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { validate } from '@readme/openapi-parser';
import { enrolByApi, startCapture, who } from '../support/benches/capture-bench.js';
import { projectRoot } from '../support/run/paths.js';
import { type ApiServer, asAdmin } from '../support/servers/api-server.js';

/* The requests of docs/okta-workflows.md and docs/entra-lifecycle-workflows.md, as the pages print them. */

let server: ApiServer;
beforeEach(async () => {
  ({ server } = await startCapture());
  await enrolByApi(server);
});

const blocksOf = (page: string): string[] =>
  [...readFileSync(join(projectRoot, 'docs', page), 'utf8').matchAll(/\n```http\n([\s\S]*?)\n```/g)].map(
    ([, text = '']) => text,
  );

/** Sends a printed request, with the values of its placeholders. */
async function send(printed: string, values: Readonly<Record<string, string>>) {
  const filled = Object.entries(values).reduce((text, [name, value]) => text.replace(name, () => value), printed);
  const [head = '', body] = filled.split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
  return server.send(method, path, { headers, ...(body === undefined ? {} : { body }) });
}

const isEnrolled = async () =>
  server.audit.events.findLast(({ action }) => action === 'enrolled' || action === 'revoked')?.action === 'enrolled';

test('the document for Okta Workflows is valid OpenAPI 3.0 with client credentials', async () => {
  const text = readFileSync(join(projectRoot, 'docs/reference/okta-workflows.json'), 'utf8');
  expect(await validate(JSON.parse(text))).toMatchObject({ valid: true, warnings: [], specification: 'OpenAPI' });
  expect(JSON.parse(text).openapi).toBe('3.0.3');
});

test('the requests for Okta Workflows get an access token, invite, require a check, read its result and revoke', async () => {
  const application = { name: 'okta', scopes: ['enrol', 'verify'] };
  const { body } = await server.postJson('/applications', application, asAdmin);
  const key = await server.postJson(`/applications/${body.id}/keys`, {}, asAdmin);
  const client = Buffer.from(`${body.id}:${key.body.token}`).toString('base64');
  const [token = '', invite = '', require = '', read = '', revoke = ''] = blocksOf('okta-workflows.md');
  const granted = await send(token, { $CLIENT: client });
  expect(granted.body).toMatchObject({ token_type: 'Bearer', scope: 'enrol verify' });
  const values = { $ACCESS_TOKEN: String(granted.body.access_token) };
  expect((await send(invite, values)).body).toMatchObject({ url: expect.stringMatching(/^http/) });
  const started = await send(require, values);
  expect(started.body).toMatchObject({ state: 'started', url: expect.stringMatching(/^http/) });
  expect((await send(read, { ...values, $ID: String(started.body.id) })).body).toMatchObject({
    ...who,
    state: 'started',
  });
  expect(await isEnrolled()).toBe(true);
  expect((await send(revoke, values)).status).toBe(200);
  expect(await isEnrolled()).toBe(false);
});

test('the requests for Entra lifecycle workflows invite a joiner and end the enrolment of a leaver', async () => {
  const { token } = await server.issue(['enrol']);
  const values = { $FACESTEP_TOKEN: token, "@{triggerBody()?['data']?['subject']?['id']}": who.subject };
  const [joiner = '', leaver = ''] = blocksOf('entra-lifecycle-workflows.md');
  expect((await send(joiner, values)).body).toMatchObject({ url: expect.stringMatching(/^http/) });
  expect((await send(leaver, values)).status).toBe(200);
  expect(await isEnrolled()).toBe(false);
});
