import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import { FaceError } from '../../src/errors.js';
import type { ScimApi } from './client.js';
import type { ScimConnection, ScimSettings } from './config.js';
import { isSameName, toScimType } from './schema.js';

export interface Parts {
  readonly deps: AdapterDeps<ScimConnection>;
  readonly scim: ScimSettings;
  readonly api: ScimApi;
}

/**
 * Reads a discovery endpoint.
 * @returns `null` if the server does not have it
 * @throws FaceError `provider_refused` if the credentials do not suffice; `profile_unavailable`
 */
export async function readAbout<Output>(path: string, guard: z.ZodType<Output>, api: ScimApi): Promise<Output | null> {
  const answer = await api.call('GET', path);
  if (answer.status === 200) return parseAnswer(guard, answer.body);
  if (answer.status === 404 || answer.status === 501) return null;
  throw toRefusal(path, answer);
}

const toRefusal = (path: string, { status, body }: RestAnswer): FaceError =>
  status >= 400 && status < 500 && status !== 429
    ? new FaceError('provider_refused', { status, scimType: toScimType(body), call: `GET ${path}` })
    : new FaceError('profile_unavailable', { status });

const characteristicsGuard = z.object({
  name: z.string(),
  type: z.string().default('string'),
  multiValued: z.boolean().default(false),
  caseExact: z.boolean().default(false),
  mutability: z.string().default('readWrite'),
  returned: z.string().default('default'),
});

export type Characteristics = z.output<typeof characteristicsGuard>;

const schemaGuard = z.object({ id: z.string(), attributes: z.array(characteristicsGuard).default([]) });
// Some servers, such as WSO2, wrap even a single schema in a list.
const schemasGuard = z.union([
  schemaGuard.transform((schema) => [schema]),
  z.array(schemaGuard),
  z.object({ Resources: z.array(schemaGuard) }).transform(({ Resources }) => Resources),
]);

export type ReportedSchema =
  | { readonly state: 'told'; readonly attributes: readonly Characteristics[] }
  | { readonly state: 'missing' }
  | { readonly state: 'untold' };

export const readExtension = ({ scim: { attribute }, api }: Parts): Promise<ReportedSchema> =>
  readSchema(attribute.schema, api);

/** Reads a schema by its own path, or finds it in the list of all schemas. */
export async function readSchema(schema: string, api: ScimApi): Promise<ReportedSchema> {
  type Reported = z.output<typeof schemasGuard> | null;
  const find = (told: Reported) => told?.find(({ id }) => isSameName(id, schema));
  const alone = await readAbout(`/Schemas/${schema}`, schemasGuard, api);
  const told = find(alone) === undefined ? await readAbout('/Schemas', schemasGuard, api) : alone;
  if (told === null) return { state: 'untold' };
  const found = find(told);
  return found === undefined ? { state: 'missing' } : { state: 'told', attributes: found.attributes };
}
