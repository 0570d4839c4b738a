import type { CoreDeps, Ports } from '../../core/deps.js';
import { documentReply, documentRequestReply } from '../../core/page-protocol.js';
import type { Endpoint } from '../../http/rest/endpoint.js';
import type { FlowPorts } from '../flow.js';
import { lookAtDocument, requestDocument, toResponse } from '../presented-document.js';
import { sessionEndpoint } from '../session-endpoint.js';

/** A file, because it is longer than a text field may be. */
export const documentFile = {
  document: {
    atLeast: 0,
    atMost: 1,
    about: { description: 'Encrypted response with a digital document (JWE).', mediaType: 'application/jose' },
  },
} as const;

const codes = ['not_found', 'consent_missing', 'key_service_unavailable'] as const;

export const createPresentedDocumentEndpoints = (deps: CoreDeps & Ports<'connections'> & FlowPorts): Endpoint[] => [
  sessionEndpoint({
    deps,
    path: '/face/document/request',
    action: 'request_document',
    status: 201,
    summary: 'Request a digital identity document',
    description:
      'Returns a request by OpenID4VP, for the browser’s Digital Credentials API and as a link. Available for an enrolment if `policy.photo.source` is `document`.',
    codes,
    reply: documentRequestReply,
    handle: ({ session: shown }) => requestDocument(shown, deps),
  }),
  sessionEndpoint({
    deps,
    path: '/face/document',
    action: 'look_at_document',
    summary: 'Check a digital identity document',
    description:
      'Verifies issuer, validity, device and names, and looks for a face in the portrait. Nothing is compared or stored: send the response again with the pictures. Without the file `document`, the encrypted response of the browser, takes the response that an app sent to the link; `response` is `null` while there is none. At most twelve documents for one step-up.',
    codes: [...codes, 'locked_out', 'subject_unknown', 'profile_unavailable', 'overloaded'],
    photos: documentFile,
    reply: documentReply,
    handle: ({ photos, session: shown }) => lookAtDocument(shown, toResponse(photos('document')), deps),
  }),
];
