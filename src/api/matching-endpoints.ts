import { z } from 'zod';
import type { Verifier } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import { shareOfClient } from '../rest/client-tokens.js';
import { clientEndpoint, type Endpoint } from '../rest/endpoint.js';
import { accuracyField } from '../rest/fields.js';

const comparisonReply = z.strictObject({
  score: z.number().describe('Cosine similarity, −1 to 1.'),
  match: z.boolean(),
});

/** Comparing pictures with pictures. Nothing is stored. */
export function createMatchingEndpoints({ verifier }: { verifier: Verifier }): Endpoint[] {
  const common = {
    method: 'POST',
    versions: [1, 2],
    tag: 'Matching',
    status: 200,
    scope: 'match',
    ours: false,
    codes: [],
    fields: z.strictObject({ accuracy: accuracyField }),
  } as const;
  const one = { atLeast: 1, atMost: 1 } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/match',
      summary: 'Whether two pictures show the same person',
      description: 'The field names `probe` and `reference` are ours.',
      photos: { probe: one, reference: one },
      reply: comparisonReply,
      async handle({ fields, photos, client }) {
        const [comparison] = await compare(
          photos('probe'),
          photos('reference'),
          fields.accuracy,
          shareOfClient(client),
          verifier,
        );
        return { ...comparison };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/match-bulk',
      summary: 'One picture against up to a hundred',
      description: 'The field names `probe` and `reference` (repeated) are ours. Results are in the order sent.',
      photos: { probe: one, reference: { atLeast: 1, atMost: 100 } },
      reply: z.strictObject({ results: z.array(comparisonReply) }),
      async handle({ fields, photos, client }) {
        return {
          results: await compare(
            photos('probe'),
            photos('reference'),
            fields.accuracy,
            shareOfClient(client),
            verifier,
          ),
        };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/consistency-check',
      summary: 'Whether all pictures show the same person',
      description: 'Takes 2 to 10 pictures (the number is ours).',
      photos: { photo: { atLeast: 2, atMost: 10 } },
      reply: z.strictObject({
        consistent: z.boolean(),
        outliers: z.array(z.int()).describe('Indices, from 0, of pictures that are not the person most others show.'),
      }),
      async handle({ fields, photos, client }) {
        const { consistent, outliers } = await verifier.consistency(
          photos('photo'),
          fields.accuracy,
          shareOfClient(client),
        );
        return { consistent, outliers: [...outliers] };
      },
    }),
  ];
}

async function compare(
  [probe]: Parameters<Verifier['match']>[1],
  references: Parameters<Verifier['match']>[1],
  accuracy: Parameters<Verifier['match']>[2],
  share: QueueShare,
  verifier: Verifier,
) {
  const comparisons = await verifier.match(probe, references, accuracy, share);
  return comparisons.map(({ score, match }) => ({ score, match }));
}
