import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export type OperationsWords = Translated<typeof en>;
