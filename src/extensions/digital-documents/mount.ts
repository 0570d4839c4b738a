import { maxDocumentCharacters } from '../../core/page-protocol.js';
import { FaceError } from '../../errors.js';
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
          const signed = await readLinkedRequest(documents, of, deps);
          if (signed === null) throw new FaceError('not_found');
          response.type('application/oauth-authz-req+jwt').send(signed);
          return;
        }
        const sent = parseForm(request, await readBody()).get('response');
        if (sent === null || sent.length > maxDocumentCharacters)
          throw new FaceError('request_malformed', { field: 'response', reason: 'required' });
        if (!(await keepResponse(of, sent, deps))) throw new FaceError('not_found');
        response.json({});
      },
    });
  }
};
