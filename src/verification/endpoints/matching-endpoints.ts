import { z } from 'zod';
import { shareOfClient } from '../../access/client-tokens.js';
import type { Verifier } from '../../core/ports.js';
import { FaceError, isOneOf, type PhotoCode, photoCodes, refusals, toCode } from '../../errors.js';
import { accuracyField, clientEndpoint, type Endpoint } from '../../http/rest/endpoint.js';

const comparisonReply = z.strictObject({
  score: z.number().describe('Cosine similarity, −1 to 1.'),
  match: z.boolean(),
});

const unusableFields = {
  code: z
    .enum(photoCodes)
    .describe('Reason why this picture could not be compared: a code of docs/reference/errors.md.'),
  error: z.string().describe('The reason as text for people.'),
};
const toUnusable = (code: PhotoCode) => ({ code, error: refusals[code].text });

/** Names the probe in its refusal. Refusals of references are returned, not thrown. */
function nameProbe(error: unknown): never {
  const code = toCode(error);
  throw isOneOf(photoCodes, code) ? new FaceError(code, { field: 'probe' }, { cause: error }) : error;
}

const bulkComparisonReply = z.strictObject({
  score: z.number().nullable().describe('Cosine similarity, −1 to 1; `null` if this reference is unusable.'),
  match: z.boolean(),
  code: unusableFields.code.optional(),
  error: unusableFields.error.optional(),
});

/** Creates the endpoints that compare pictures. They store nothing. */
export function createMatchingEndpoints({ verifier }: { verifier: Verifier }): Endpoint[] {
  const common = {
    tag: 'Matching',
    scope: 'match',
    isExtension: false,
    fields: z.strictObject({ accuracy: accuracyField }),
  } as const;
  const one = { atLeast: 1, atMost: 1 } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/match',
      summary: 'Compare two pictures',
      description: 'facestep defines the field names `probe` and `reference`.',
      photos: { probe: one, reference: one },
      reply: comparisonReply,
      async handle({ fields, photos, client }) {
        const probe = photos('probe')[0];
        const share = shareOfClient(client);
        const [comparison] = await verifier.match(probe, photos('reference'), fields.accuracy, share).catch(nameProbe);
        if (comparison.score === null) throw new FaceError(comparison.code, { field: 'reference' });
        return { score: comparison.score, match: comparison.match };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/match-bulk',
      summary: 'Compare one picture with up to 100 pictures',
      description:
        'facestep defines the field names `probe` and `reference` (repeated). Results are in the order sent. An unusable reference, such as one without a face, does not fail the request: its result has `score` null, `match` false, and the reason in `code` and `error` (extension). An unusable probe fails the request.',
      photos: { probe: one, reference: { atLeast: 1, atMost: 100 } },
      reply: z.strictObject({ results: z.array(bulkComparisonReply) }),
      async handle({ fields, photos, client }) {
        const probe = photos('probe')[0];
        const share = shareOfClient(client);
        const compared = await verifier.match(probe, photos('reference'), fields.accuracy, share).catch(nameProbe);
        return {
          results: compared.map((each) =>
            each.score === null
              ? { score: null, match: false, ...toUnusable(each.code) }
              : { score: each.score, match: each.match },
          ),
        };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/consistency-check',
      summary: 'Check that all pictures show the same person',
      description:
        'Takes 2 to 10 pictures (facestep defines the number). An unusable picture, such as one without a face, does not fail the request: it is listed in `unusable` (extension), and `consistent` is false, because the picture was not compared.',
      photos: { photo: { atLeast: 2, atMost: 10 } },
      reply: z.strictObject({
        consistent: z.boolean(),
        outliers: z
          .array(z.int())
          .describe('Indices, from 0, of pictures that do not show the person that most others show.'),
        unusable: z
          .array(z.strictObject({ index: z.int().describe('Index of the picture, from 0.'), ...unusableFields }))
          .describe('Pictures that could not be compared.'),
      }),
      async handle({ fields, photos, client }) {
        const found = await verifier.consistency(photos('photo'), fields.accuracy, shareOfClient(client));
        return { ...found, unusable: found.unusable.map(({ index, code }) => ({ index, ...toUnusable(code) })) };
      },
    }),
  ];
}
