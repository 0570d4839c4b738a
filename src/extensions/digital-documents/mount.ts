import { maxDocumentCharacters } from '../../core/page-protocol.js';
import { mountRoute, parseForm } from '../../http/front-door.js';
import type { OpenedExtension } from '../extension.js';
import { keepResponse, readLinkedRequest } from './presented.js';

/** Mounts the addresses at which apps read requests and send encrypted responses (OpenID4VP, `direct_post.jwt`). */
export const mountDocuments: NonNullable<OpenedExtension['mount']> = (app, deps) => {
  for (const [connection, { documents = null }] of deps.sectionsOf) {
    if (documents === null) continue;
    mountRoute(app, `/documents/${connection}/:stepUp/:place`, {
      methods: ['GET', 'POST'],
      pools: deps.bodyPools.oidc,
      anonymousLimitBytes: maxDocumentCharacters + 1024,
      async answer({ request, response, readBody }) {
        const of = { connection, stepUpId: String(request.params.stepUp), place: String(request.params.place) };
        if (request.method === 'GET') {
          response.type('application/oauth-authz-req+jwt').send(await readLinkedRequest(documents, of, deps));
          return;
        }
        const read = async () => parseForm(request, await readBody()).get('response') ?? '';
        await keepResponse(of, read, deps);
        response.json({});
      },
    });
  }
};
