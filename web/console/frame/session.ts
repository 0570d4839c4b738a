import type { FaceCheckReply, SessionReply } from '../../../src/access/administrator-replies.js';
import { get, post } from './call.js';

export type Session = NonNullable<SessionReply['session']>;
export { type Right, type Role, roles } from '../../../src/access/rights.js';

export const readSession = get<SessionReply>('/console/api/session');
export const signInByKey = (key: string) => post('/console/api/sign-in/key', { key });
export const signInByCode = (code: string) => post('/console/api/sign-in/code', { code });
export const signOut = post('/console/api/sign-out');
export const beginFaceCheck = (to: string) => post<FaceCheckReply>('/console/api/face-check', { to });
export const finishFaceCheck = post('/console/api/face-check/done');
