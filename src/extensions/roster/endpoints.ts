import { z } from 'zod';
import { bindingOfClient, shareOfClient } from '../../access/client-tokens.js';
import { toUtf8 } from '../../core/base/text-file.js';
import type { Ports } from '../../core/deps.js';
import { type Photo, SealedToken } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { accuracyField, clientEndpoint, type Endpoint, scopeField } from '../../http/rest/endpoint.js';
import { identificationReply, identify, mostTokens } from './identify.js';

export function createIdentificationEndpoints(
  deps: Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings' | 'keys' | 'analysisCache'>,
): Endpoint[] {
  return [
    clientEndpoint({
      tag: 'Face tokens',
      path: '/identify',
      scope: 'identify',
      summary: 'Identify a face in a roster of tokens',
      description:
        'Finds at most one person among up to 500 people. `roster` is a file with one token per line, all created with the same `scope` and `accuracy` and without a password. Positions count lines, from 0. If several tokens match, no person is identified. docs/roster.md lists the maximum size for each accuracy. The face must pass liveness, as in /liveness. Client tokens have the scope only on request. Not available if a Facenition server checks faces (`not_found`).',
      codes: ['token_malformed', 'roster_malformed', 'roster_too_large', 'locked_out', 'photo_replayed', 'not_found'],
      photos: {
        photo: { atLeast: 1, atMost: 5 },
        roster: {
          atLeast: 1,
          atMost: 1,
          about: { description: 'A text file with one token per line.', mediaType: 'text/plain' },
        },
      },
      fields: z.strictObject({ scope: scopeField, accuracy: accuracyField }),
      reply: identificationReply,
      async handle({ fields, client, photos }) {
        const [roster] = photos('roster');
        const tokens = readLines(roster);
        const binding = bindingOfClient(client, fields);
        return identify(
          {
            photos: photos('photo'),
            tokens,
            binding,
            share: shareOfClient(client),
            refusesCopies: client.replay === 'all',
          },
          deps,
        );
      },
    }),
  ];
}

/**
 * Returns each line as a token, without validating it.
 * @throws `roster_malformed` for too many lines
 */
function readLines(roster: Photo): readonly SealedToken[] {
  const lines = roster.use((bytes) => toUtf8(bytes).toString('latin1')).split(/\r?\n/, mostTokens + 2);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > mostTokens) throw new FaceError('roster_malformed');
  return lines.map((line) => new SealedToken(line));
}
