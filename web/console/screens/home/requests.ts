import type { PlanReply } from '../../../../src/rest/replies/connections.js';
import type { ToDoReply } from '../../../../src/rest/replies/doctor.js';
import { get, post } from '../../frame/call.js';

export type Light = ToDoReply['lights'][number]['light'];
export type ToDo = ToDoReply['items'][number];

/** What needs doing, the most urgent first, and what the doctor said last of each connection. */
export const readToDo = get<ToDoReply>('/v1/to-do');

/** Who could be enrolled at a connection; `null`: its provider does not tell. Asks the provider, and may take a while. */
export const readCensus = (connection: string) =>
  post<PlanReply>(`/v1/connections/${encodeURIComponent(connection)}/plan`);
