import { Router } from 'express';
import { type Directory, listSchema } from './directory.js';
import { ScimError, sendScim } from './errors.js';

const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Creates the groups API (RFC 7643, section 4.2); groups contain all members. */
export function createGroupsApi({ groups }: Directory): Router {
  const router = Router();
  const show = (id: string, { displayName, members }: { displayName: string; members: readonly string[] }) => ({
    ...{ schemas: [groupSchema], id, displayName },
    members: members.map((value) => ({ value, type: 'User' })),
  });
  router.get('/', (request, response) => {
    const [, written] = /^displayName eq ("(?:[^"\\]|\\.)*")$/i.exec(String(request.query.filter ?? '')) ?? [];
    if (written === undefined) throw new ScimError(400, 'invalidFilter', 'The filter is not understood');
    const named = [...groups].filter(([, { displayName }]) => displayName === JSON.parse(written));
    sendScim(response, 200, {
      ...{ schemas: [listSchema], totalResults: named.length, itemsPerPage: named.length, startIndex: 1 },
      ...(named.length === 0 ? {} : { Resources: named.map(([id, group]) => show(id, group)) }),
    });
  });
  router.get('/:id', (request, response) => {
    const group = groups.get(request.params.id);
    if (group === undefined) throw new ScimError(404, null, 'Not found');
    sendScim(response, 200, show(request.params.id, group));
  });
  return router;
}
