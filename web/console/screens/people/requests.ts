import { loadTexts } from '../../../../locales/compiled/console/people/load.js';
import type { ErasureReply, ExportReply, SubjectsReply } from '../../../../src/privacy/replies.js';
import type { InvitationReply } from '../../../../src/step-up/replies.js';
import { post } from '../../frame/call.js';
import { defineTexts } from '../../frame/words.js';
import type { Who } from '../../ledger/requests.js';
import { withLedger } from '../../ledger/told.js';

export const { defineScreen, useTexts } = defineTexts(withLedger(loadTexts));

export type Outcome = SubjectsReply['subjects'][number];
export type Held = NonNullable<ExportReply['subjects'][number]['held']>;

export const exportPerson = (who: Who) => post<ExportReply>('/v1/subjects/export', who);
export const unlockPerson = (who: Who) => post<SubjectsReply>('/v1/subjects/unlock', who);
export const revokePerson = (who: Who) => post<SubjectsReply>('/v1/subjects/revoke', who);
export const erasePerson = (who: Who) => post<ErasureReply>('/v1/subjects/erase', who);

/** @param fields.lifeHours - lifetime of the link */
export const invitePerson = (who: Who, fields: { purpose: string; lifeHours: number }) =>
  post<InvitationReply>('/v1/subjects/invite', { ...who, ...fields });
