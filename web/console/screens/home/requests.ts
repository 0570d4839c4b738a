import type { PlanReply } from '../../../../src/rest/replies/connections.js';
import type { ToDoReply } from '../../../../src/rest/replies/doctor.js';
import { get, post } from '../../frame/call.js';

export type Light = ToDoReply['lights'][number]['light'];
export type ToDo = ToDoReply['items'][number];

/** By urgency, and each connection's last doctor result. */
export const readToDo = get<ToDoReply>('/v1/to-do');

/** Number of users who could enrol at a connection; `null`: unknown. Queries the provider and may be slow. */
export const readCensus = (connection: string) =>
  post<PlanReply>(`/v1/connections/${encodeURIComponent(connection)}/plan`);
