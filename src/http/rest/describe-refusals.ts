import type { JsonObject, Serializable } from '../../core/base/json.js';
import { type FaceErrorCode, refusals } from '../../errors.js';
import { asJson } from './json-schema.js';

/** Mark of what the published Facenition API does not have. */
export const notInPublishedApi = '«extension»';

export const answerHeaders: Readonly<Record<string, JsonObject>> = {
  Allow: { required: true, description: 'Methods that the address supports.', schema: { type: 'string' } },
  'Retry-After': {
    required: true,
    description: 'Time to wait before a retry, in whole seconds.',
    schema: { type: 'integer', minimum: 1 },
  },
  'RateLimit-Policy': {
    description: 'Quotas of the application, if the token is a key of one (RateLimit header fields, version 10).',
    schema: { type: 'string', examples: ['"minute";q=600;w=60, "day";q=100000;w=86400'] },
  },
  RateLimit: {
    description: 'Remaining requests of each quota, and seconds until it resets.',
    schema: { type: 'string', examples: ['"minute";r=599;t=29, "day";r=99999;t=12089'] },
  },
};

export const referHeaders = (...names: readonly (keyof typeof answerHeaders)[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

export const quotaHeaders = referHeaders('RateLimit-Policy', 'RateLimit');

const headersByStatus: Readonly<Record<number, JsonObject>> = {
  405: referHeaders('Allow'),
  429: referHeaders('Retry-After'),
  503: referHeaders('Retry-After'),
};

const content = asJson({ $ref: '#/components/schemas/Refusal' });

export function describeRefusals(codes: readonly FaceErrorCode[], also: JsonObject = {}): Record<string, Serializable> {
  const statuses = [...new Set(codes.map((code) => refusals[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes.filter((code) => refusals[code].status === status);
      const description = here.map((code) => `\`${code}\`: ${refusals[code].text}`).join('\n\n');
      const headers = status === 405 ? headersByStatus[status] : { ...headersByStatus[status], ...also };
      return [
        String(status),
        { description, headers: Object.keys(headers).length === 0 ? undefined : headers, content },
      ] as const;
    }),
  );
}
