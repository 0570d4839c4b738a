import type { ConnectionConfig } from '../../config/connection.js';
import type { SectionProblem, SharedConfig } from '../../config/load.js';
import { alwaysOn, type Extension, nothing } from '../extension.js';
import { createDocumentChecks } from './checks.js';
import { documentsAddition } from './config.js';

/** Compares faces at enrolment and in a recovery with the portrait of a digital identity document. */
export const digitalDocuments = {
  ...nothing,
  connection: documentsAddition,
  check: (_sections, { connections }: SharedConfig): readonly SectionProblem[] =>
    connections.flatMap(({ policy, recovery, documents = null }, at) => {
      const isSource = policy.photo?.source === 'document';
      const isUsed = isSource || recovery.secondThings.includes('document');
      if (isUsed === (documents !== null)) return [];
      const reason = !isUsed
        ? 'used by nothing: set policy.photo.source to "document", or name "document" in recovery.secondThings'
        : `required by ${isSource ? 'policy.photo.source' : 'recovery.secondThings'}`;
      return [{ path: ['connections', String(at), 'documents'], reason }];
    }),
  createChecks: (_sections, { documents = null }: ConnectionConfig, deps) =>
    documents === null ? [] : createDocumentChecks(documents, deps),
  openDocuments: async ({ documents = null }, connection, deps) => {
    if (documents === null) return null;
    const { createPresentedDocuments } = await import('./presented.js');
    return createPresentedDocuments(documents, connection, deps);
  },
  open: async () => {
    const { mountDocuments } = await import('./mount.js');
    return { ...alwaysOn('digital-documents', () => []), mount: mountDocuments };
  },
} as const satisfies Extension;
