import type { ToDoCode } from '../../../../../src/core/to-do-codes.js';

/** Texts of to-do items. */
export type ToDoWords = Readonly<Record<ToDoCode, string>>;
