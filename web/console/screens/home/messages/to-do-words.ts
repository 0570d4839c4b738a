import type { ToDoCode } from '../../../../../src/core/to-do-codes.js';

/** What can need doing: all of it has words. */
export type ToDoWords = Readonly<Record<ToDoCode, string>>;
