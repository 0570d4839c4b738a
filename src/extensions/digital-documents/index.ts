import type { ConnectionConfig } from '../../config/connection.js';
import type { SectionProblem, SharedConfig } from '../../config/load.js';
import { alwaysOn, type Extension, nothing } from '../extension.js';
import { createDocumentChecks } from './checks.js';
import { documentsAddition } from './config.js';

/** Compares faces at enrolment with the portrait of a digital identity document. */
export const digitalDocuments = {
  ...nothing,
  connection: documentsAddition,
  check: (_sections, { connections }: SharedConfig): readonly SectionProblem[] =>
    connections.flatMap(({ policy, documents = null }, at) => {
      const isSource = policy.photo?.source === 'document';
      if (isSource === (documents !== null)) return [];
      const path = ['connections', String(at), ...(isSource ? ['documents'] : ['policy', 'photo', 'source'])];
      const reason = isSource ? 'required by policy.photo.source' : 'expected "document", as "documents" is set';
      return [{ path, reason }];
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
