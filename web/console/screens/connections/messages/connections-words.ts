import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

/** What the screens say. */
export type ConnectionsWords = Translated<typeof en>;
