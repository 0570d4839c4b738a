import type { ToDoCode } from '../../../../../src/core/to-do-codes.js';

/** @param count - open requests */
export type ToDoWords = Readonly<Record<ToDoCode, string | ((count: string) => string)>>;
