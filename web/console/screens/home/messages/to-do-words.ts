import type { ToDoCode } from '../../../../../src/core/to-do-codes.js';

/** @param count - number of open requests */
export type ToDoWords = Readonly<Record<ToDoCode, string | ((count: string) => string)>>;
