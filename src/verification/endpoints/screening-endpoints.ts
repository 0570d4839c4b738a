import { z } from 'zod';
import { shareOfClient } from '../../access/client-tokens.js';
import { detectedFaceGuard, detectionGuard } from '../../core/face.js';
import { measurementGuard } from '../../core/measurement.js';
import type { Verifier } from '../../core/ports.js';
import { clientEndpoint, type Endpoint } from '../../http/rest/endpoint.js';

const screeningReply = z.strictObject({
  pass: z.boolean(),
  reasons: z.array(z.string()).describe('Names of the failed measurements.'),
  measurements: z.array(measurementGuard),
});

/** Creates the endpoints that measure one picture. They store nothing. */
export function createScreeningEndpoints({ verifier }: { verifier: Verifier }): Endpoint[] {
  const common = {
    tag: 'Screening',
    scope: 'screen',
    isExtension: false,
    photos: { photo: { atLeast: 1, atMost: 1 } },
  } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/detect',
      summary: 'Detect the faces in a picture',
      description:
        'Boxes are in pixels of the upright picture, largest face first. If there is no face, the list is empty.',
      reply: detectionGuard.extend({ faces: z.array(detectedFaceGuard) }),
      handle: ({ photos, client }) => verifier.detect(photos('photo')[0], shareOfClient(client)),
    }),
    clientEndpoint({
      ...common,
      path: '/quality',
      summary: 'Check the quality of a picture',
      description: 'Returns measured values with their units and bounds (facestep defines the format of the reply).',
      reply: screeningReply,
      handle: ({ photos, client }) => verifier.quality(photos('photo')[0], shareOfClient(client)),
    }),
    clientEndpoint({
      ...common,
      path: '/liveness',
      summary: 'Check the liveness of a picture',
      description: 'Passive, from one picture: evidence, not proof (facestep defines the format of the reply).',
      reply: screeningReply,
      handle: ({ photos, client }) => verifier.liveness(photos('photo')[0], shareOfClient(client)),
    }),
  ];
}
