import { z } from 'zod/mini';
import { done, get, post } from '../../frame/call.js';
import { applicationGuard, issuedReply, keysReply, usageDays, usageReply } from '../applications/requests.js';
import { manyReply, oneReply } from '../requests/requests.js';

/** What a developer asks for. */
export interface Wish {
  readonly name: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
  /** `null`: the application keeps its tokens itself. */
  readonly connection: string | null;
  readonly redirectUris: readonly string[];
  readonly perMinute: number;
  readonly perDay: number;
  readonly contact: string;
}

export const readDeveloper = get(
  '/v1/developer',
  z.object({
    id: z.string(),
    /** `null`: nothing can be tried here. */
    sandbox: z.nullable(z.object({ connection: z.string(), perMinute: z.number(), perDay: z.number() })),
    terms: z.object({ version: z.number(), text: z.string() }),
    most: z.object({ perMinute: z.number(), perDay: z.number() }),
    scopes: z.array(z.string()),
    connections: z.array(z.string()),
  }),
);
export type DeveloperFacts = z.infer<typeof readDeveloper.reply>;

export const takeSandboxToken = post('/v1/developer/sandbox-token', issuedReply);

export const listOwnRequests = get('/v1/developer/requests', manyReply);
/** @param application - one's own that is to be changed; `undefined`: a new one */
export const beginRequest = (wish: Wish, application: string | undefined) =>
  post('/v1/developer/requests', oneReply, { ...wish, application });
const ofRequest = (id: string, rest = ''): string => `/v1/developer/requests/${encodeURIComponent(id)}${rest}`;
export const readOwnRequest = (id: string) => get(ofRequest(id), oneReply);
export const rewriteRequest = (id: string, wish: Wish) => post(ofRequest(id, '/change'), oneReply, { ...wish });
/** @param message - for the administrators; `undefined`: none */
export const submitRequest = (id: string, termsVersion: number, message: string | undefined) =>
  post(ofRequest(id, '/submit'), oneReply, { termsVersion, message });
export const sayTo = (id: string, text: string) => post(ofRequest(id, '/message'), oneReply, { text });
export const withdrawRequest = (id: string) => post(ofRequest(id, '/withdraw'), done);
export const takeFirstKey = (id: string) => post(ofRequest(id, '/key'), issuedReply);

/** When an administrator registered it is not told. */
const ownApplicationGuard = z.omit(applicationGuard, { createdAt: true });
export type OwnApplication = z.infer<typeof ownApplicationGuard>;
export const listOwnApplications = get(
  '/v1/developer/applications',
  z.object({ applications: z.array(ownApplicationGuard) }),
);
const of = (id: string, rest = ''): string => `/v1/developer/applications/${encodeURIComponent(id)}${rest}`;
export const readOwnApplication = (id: string) => get(of(id), ownApplicationGuard);
export const listOwnKeys = (id: string) => get(of(id, '/keys'), keysReply);
export const issueOwnKey = (id: string) => post(of(id, '/keys'), issuedReply);
export const revokeOwnKey = (id: string, key: string) => post(of(id, '/keys/revoke'), done, { key });
export const readOwnUsage = (id: string) => post(of(id, '/usage'), usageReply, { days: usageDays });

const refusalGuard = z.object({
  requestId: z.string(),
  time: z.string(),
  endpoint: z.string(),
  code: z.string(),
  field: z.nullable(z.string()),
  cause: z.string(),
});
/** @param requestId - of one reply; `undefined`: the last ones */
export const readOwnRefusals = (id: string, requestId: string | undefined) =>
  post(of(id, '/refusals'), z.object({ refusals: z.array(refusalGuard) }), { requestId });
