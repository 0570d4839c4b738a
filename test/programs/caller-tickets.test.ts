import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findFreePort } from '../../examples/demo/free-port.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { Credential } from '../../src/core/secrets.js';
import { epochMs } from '../../src/core/units.js';
import { postWebhook, toWebhookMessage } from '../../src/security-events/webhook.js';
import { draw, enrolByApi, startCapture, who } from '../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { eventually } from '../../support/run/eventually.js';
import { projectRoot } from '../../support/run/paths.js';
import type { ApiServer } from '../../support/servers/api-server.js';
import { openServer } from '../contract/bench.js';

/* The receiver and the requests of docs/caller-tickets.md, as the page prints them, with servers that imitate the APIs of the ticket systems. */

const page = readFileSync(join(projectRoot, 'docs/caller-tickets.md'), 'utf8');
const blockOf = (label: string): string =>
  new RegExp(`\\n\`\`\`${label}\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1] ?? '';

/** Method, path and body of a note, and the user, of each system's API. */
const systems = {
  servicenow: {
    id: '9d385017c611228701d22104cc95c371',
    user: 'facestep',
    request: (id: string) => ['PATCH', `/api/now/table/incident/${id}`],
    noteOf: (body: JsonObject) => body.work_notes,
  },
  jira: {
    id: 'HELP-4711',
    user: 'facestep@example.com',
    request: (id: string) => ['POST', `/rest/servicedeskapi/request/${id}/comment`],
    noteOf: (body: JsonObject) => (body.public === false ? body.body : null),
  },
  zendesk: {
    id: '4711',
    user: 'facestep@example.com/token',
    request: (id: string) => ['PUT', `/api/v2/tickets/${id}.json`],
    noteOf: (body: JsonObject) => {
      const { comment } = body.ticket as { comment: JsonObject };
      return comment.public === false ? comment.body : null;
    },
  },
} as const;
type SystemName = keyof typeof systems;

const secret = `whsec_${Buffer.from('s'.repeat(32)).toString('base64')}`;
const other = `whsec_${Buffer.from('t'.repeat(32)).toString('base64')}`;

let facestep: ApiServer;
let tickets: Awaited<ReturnType<typeof openServer>> | null;
let child: ChildProcess | null;
let notes: unknown[];
beforeEach(async () => {
  ({ server: facestep } = await startCapture());
  [tickets, child, notes] = [null, null, []];
});
afterEach(async () => {
  if (child !== null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await tickets?.close();
  await facestep.stop();
});

/** Starts a ticket system that has one ticket, and accepts one user with a password. */
async function startTickets(name: SystemName): Promise<string> {
  const { id, user, request: expected, noteOf } = systems[name];
  tickets = await openServer(async (request, response) => {
    const body = await text(request);
    const [method, path] = expected(id);
    const given = `Basic ${Buffer.from(`${user}:letmein`).toString('base64')}`;
    const isKnown = request.headers.authorization === given;
    const isFound = request.method === method && request.url === path;
    if (isKnown && isFound) notes.push(noteOf(JSON.parse(body)));
    response.writeHead(isKnown ? (isFound ? 200 : 404) : 401).end('{}');
  });
  return tickets.url;
}

async function startReceiver(name: SystemName, password = 'letmein'): Promise<string> {
  const port = await findFreePort();
  const env = {
    ...process.env,
    PORT: String(port),
    WEBHOOK_SECRET: secret,
    START_TOKEN: 'start',
    FACESTEP_URL: facestep.origin,
    FACESTEP_CONNECTION: 'acme',
    FACESTEP_TOKEN: (await facestep.issue(['callers'])).token,
    TICKET_SYSTEM: name,
    TICKET_URL: await startTickets(name),
    TICKET_USER: systems[name].user,
    TICKET_SECRET: password,
  };
  child = spawn(process.execPath, ['--input-type=module', '--eval', blockOf('js')], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const origin = `http://127.0.0.1:${port}`;
  await eventually(() => fetch(origin));
  return origin;
}

/** Sends a request of the page, with the values of a ticket. */
async function sendAsPrinted(label: string, origin: string, { id, token }: { id: string; token: string }) {
  const [head = '', body = ''] = blockOf(`http ${label}`).split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const [method = '', path = ''] = first.split(' ');
  const fill = (text: string) =>
    text
      .replace(/\$FACESTEP_TOKEN|\$START_TOKEN/, token)
      .replace(/("login": )"(\$\{[^}]+\}|\{\{[^}]+\}\})"/, `$1"${who.subject}@example.com"`)
      .replace(/("reference": )"(\$\{[^}]+\}|\{\{[^}]+\}\})"/, `$1"${id}"`);
  const headers = Object.fromEntries(lines.map((line) => fill(line).split(': ') as [string, string]));
  return fetch(origin + path, { method, headers, body: fill(body) });
}

/** Lets the person open the link of the e-mail, choose the number and show their face. */
async function showFace(number: string): Promise<void> {
  const [url = ''] = /https?:\S+/.exec(facestep.messages.at(-1)!.text) ?? [];
  const { body } = await openLink(facestep, url);
  const opened = openPage(facestep, String(body.session));
  await opened.post('/face/hand-off/choice', { number });
  await opened.consent();
  expect((await opened.check(draw('ada'))).body.outcome).toBe('passed');
}

/** Sends the receiver the webhook that the end of the check causes. */
async function sendWebhook(url: string, reference: string, signedWith = secret) {
  const detail = { outcome: 'passed', stepUpId: 's-1', reference };
  const event = { jti: 'j', txn: 't', sequence: 1, time: epochMs(Date.now()), ...who, detail, isAnonymous: false };
  const message = toWebhookMessage({ ...event, name: 'step_up.finished' });
  return postWebhook(
    'msg_1',
    message,
    { kind: 'webhook', url, secrets: [new Credential(signedWith)] },
    {
      fetch: (input, init) => fetch(input, init),
      clock: { now: () => epochMs(Date.now()) },
      signal: AbortSignal.timeout(10_000),
    },
  );
}

test.each(['servicenow', 'jira'] as const)(
  'the request of %s verifies the caller, and the receiver writes the result into the ticket',
  async (name) => {
    await enrolByApi(facestep);
    const { id } = systems[name];
    const { token } = await facestep.issue(['callers']);
    const reply = (await (await sendAsPrinted(name, facestep.origin, { id, token })).json()) as JsonObject;
    await showFace(String(reply.number));
    const verified = facestep.audit.events.flatMap((event) => (event.action === 'verified' ? [event.detail] : []));
    expect(verified.at(-1)).toMatchObject({ reference: id });
    expect(await sendWebhook(await startReceiver(name), id)).toEqual({ kind: 'delivered' });
    expect(notes).toEqual([`Face check of ${who.subject} (${who.connection}): passed`]);
  },
);

test('the request of zendesk makes the receiver start the check, and write the number and the result into the ticket', async () => {
  await enrolByApi(facestep);
  const receiver = await startReceiver('zendesk');
  const { id } = systems.zendesk;
  expect((await sendAsPrinted('zendesk', receiver, { id, token: 'wrong' })).status).toBe(401);
  expect(notes).toEqual([]);
  expect((await sendAsPrinted('zendesk', receiver, { id, token: 'start' })).status).toBe(204);
  const [, number = ''] = /^Read out this number: (\d+)$/.exec(String(notes[0])) ?? [];
  await showFace(number);
  expect(await sendWebhook(receiver, id)).toEqual({ kind: 'delivered' });
  expect(notes[1]).toBe(`Face check of ${who.subject} (${who.connection}): passed`);
});

test('the receiver refuses a webhook with another secret, drops one of an unknown ticket, and lets facestep repeat one that the ticket system refuses', async () => {
  const receiver = await startReceiver('jira');
  expect(await sendWebhook(receiver, 'HELP-4711', other)).toMatchObject({ kind: 'failed', reason: 'status 401' });
  expect(await sendWebhook(receiver, 'HELP-1')).toMatchObject({ kind: 'refused', reason: 'status 410' });
  child?.kill('SIGKILL');
  await tickets?.close();
  expect(await sendWebhook(await startReceiver('jira', 'wrong'), 'HELP-4711')).toMatchObject({
    kind: 'failed',
    reason: 'status 503',
  });
  expect(notes).toEqual([]);
});
