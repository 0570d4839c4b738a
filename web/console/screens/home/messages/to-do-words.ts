import type { ToDoCode } from '../../../../../src/core/to-do-codes.js';

export type ToDoWords = Readonly<Record<ToDoCode, string>>;
