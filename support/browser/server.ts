import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { z } from 'zod';
import { startService } from '../../examples/demo/service.js';
import { auditEvents } from '../../src/app/audit-events.js';
import { readEvents } from '../../src/audit/events.js';
import type { AuditDetail } from '../../src/core/audit-events.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Json } from '../../src/errors.js';
import { modelsFolder } from '../run/paths.js';

export type ServerUnderTest = Awaited<ReturnType<typeof startServerUnderTest>>;

const startedGuard = z.object({ id: z.string(), url: z.string() });
const timesOfPlaces: ReadonlySet<string> = new Set(['since', 'passedAt', 'provenSince', 'provenAt', 'at']);

const bodyGuard = z.record(z.string(), z.unknown());

export async function startServerUnderTest({
  port,
  connections,
  environment = {},
}: {
  readonly port: number;
  readonly connections: readonly JsonObject[];
  readonly environment?: Readonly<Record<string, string>>;
}) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-browser-'));
  const data = join(folder, 'data');
  const url = `http://localhost:${port}`;
  const adminKey = `fsa_${randomBytes(24).toString('base64url')}`;
  const config = join(folder, 'facestep.json');
  await writeFile(config, JSON.stringify({ modelsFolder, publicUrl: url, connections }), { mode: 0o600 });
  const withoutTimeLimit = new URL('without-time-limit.js', import.meta.url);
  const env = {
    ...environment,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${withoutTimeLimit}`,
    PORT: String(port),
    FACESTEP_CONFIG: config,
    FACESTEP_DATA: data,
    FACESTEP_ADMIN_KEY: adminKey,
  };
  const service = await startService(env);

  const call = async (path: string, init: RequestInit): Promise<Record<string, unknown>> => {
    const response = await fetch(service.url + path, init);
    const body = bodyGuard.parse(await response.json());
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  };
  const json = { 'content-type': 'application/json' };
  const asJson = (body: Json): RequestInit => ({ method: 'POST', headers: json, body: JSON.stringify(body) });
  const issued = await call('/generateToken', {
    ...asJson({ name: 'backend', scopes: ['enrol', 'verify'] }),
    headers: { ...json, 'x-admin-key': adminKey },
  });
  const client = { 'x-auth-token': z.string().parse(issued.token) };
  const post = (path: string, body: JsonObject | FormData) =>
    call(
      path,
      body instanceof FormData
        ? { method: 'POST', headers: client, body }
        : { ...asJson(body), headers: { ...json, ...client } },
    );
  return {
    /** URL with the host `localhost`, which browsers treat as a secure context without TLS. */
    url,
    environment: env as Readonly<Record<string, string>>,
    post,
    get: (path: string) => call(path, { headers: client }),
    async enrol(
      connection: string,
      subject: string,
      photos: readonly Uint8Array[],
      consentStatement = 'terms of 2026',
    ) {
      const form = new FormData();
      const consent = { consentStatement, consentGivenAt: new Date().toISOString() };
      for (const [name, value] of Object.entries({ connection, subject, ...consent })) form.append(name, value);
      for (const photo of photos) form.append('photo', new Blob([Uint8Array.from(photo)]), 'photo.jpg');
      await post('/enrolments', form);
    },
    async startStepUp(about: JsonObject) {
      const started = startedGuard.parse(await post('/step-ups', { ...about, immediate: true }));
      return { id: started.id, link: started.url };
    },
    async invite(connection: string, subject: string, purpose: 'enrol' | 'manage') {
      return startedGuard.parse(await post('/invitations', { connection, subject, purpose, immediate: true })).url;
    },
    /** Makes the browsers and networks of passed checks known for two days. */
    ageKnownPlaces() {
      const database = new Database(join(data, 'state.db'));
      const places = "select key, value from record where key like 'glance:%' or key like 'known-places:%'";
      const change = database.prepare('update record set value = ? where key = ?');
      const age = (name: string, value: unknown): unknown =>
        timesOfPlaces.has(name) && typeof value === 'number' ? value - 2 * 86_400_000 : value;
      for (const row of z.array(z.object({ key: z.string(), value: z.string() })).parse(database.prepare(places).all()))
        change.run(JSON.stringify(JSON.parse(row.value, age)), row.key);
      database.close();
    },
    async judgementsOf(stepUpId: string) {
      const found: AuditDetail<'liveness_judged'>[] = [];
      for await (const { detail } of readEvents(join(data, 'audit.jsonl'), ['liveness_judged'], auditEvents))
        if (detail.stepUpId === stepUpId) found.push(detail);
      return found;
    },
    async close() {
      await service.stop();
      await rm(folder, { recursive: true });
    },
  };
}
